{# No value lies below a bound; unknown values pass. #}
{% test at_least(model, column_name, low) %}

select {{ column_name }}

from {{ model }}

where {{ column_name }} < {{ low }}

{% endtest %}

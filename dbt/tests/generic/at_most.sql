{# No value lies above a bound; unknown values pass. #}
{% test at_most(model, column_name, high) %}

select {{ column_name }}

from {{ model }}

where {{ column_name }} > {{ high }}

{% endtest %}

{# Two expressions over a row agree, or both are unknown. #}
{% test equals(model, left, right) %}

select *

from {{ model }}

where ({{ left }}) is distinct from ({{ right }})

{% endtest %}

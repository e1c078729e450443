"""What a contract is refused for is said in sentences; the tables stay as they are."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0005_uniques_carry_the_service'),
        ('callcenter', '0010_names'),
    ]

    operations = [
        migrations.AlterField(
            model_name='contract',
            name='series',
            field=models.CharField(max_length=10, validators=[django.core.validators.RegexValidator('^\\w+\\Z', '“%(value)s” is no series: write up to ten letters and digits, without spaces or signs.')]),
        ),
        migrations.AlterConstraint(
            model_name='contract',
            name='billing_contract_days',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='billing_contract_days', violation_error_message='The contract ends before it starts: its last day is its first day or a later one.'),
        ),
    ]

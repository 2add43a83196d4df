"""Taking a payment back also frees the bank's movement that it came from."""

from django.contrib import admin

from payments.admin.payments import PaymentAdmin
from payments.models import Payment
from reconciliation.deciding import take_payments_back

admin.site.unregister(Payment)


@admin.register(Payment)
class AppliedPaymentAdmin(PaymentAdmin):
    """The payments, some of which came from a statement."""

    take_back = staticmethod(take_payments_back)

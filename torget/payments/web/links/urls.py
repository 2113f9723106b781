"""The addresses of payment links: short ones for those who pay, and those of the desk."""

from django.urls import path

from torget.payments.web.links import choose, kiosk, listing, one, patron, sending

urlpatterns = [
    path("l/<opaque:token>/", patron.link, name="payment-link"),
    path("l/<opaque:token>/prove/", patron.prove, name="payment-link-prove"),
    path("l/<opaque:token>/pay/", patron.pay, name="payment-link-pay"),
    path("l/<opaque:token>/close/", patron.close, name="payment-link-close"),
    path("kiosk/", kiosk.start, name="kiosk"),
    path("kiosk/fees/", kiosk.fees, name="kiosk-fees"),
    path("kiosk/take/", kiosk.take, name="kiosk-take"),
    path("kiosk/code/", kiosk.code, name="kiosk-code"),
    path("kiosk/qr.svg", kiosk.qr_code, name="kiosk-qr"),
    path("staff/links/", listing.links, name="staff-links"),
    path("staff/links/card/", choose.card, name="staff-link-card"),
    path("staff/links/new/", choose.new, name="staff-link-new"),
    path("staff/links/<int:link_id>/", one.link, name="staff-link"),
    path("staff/links/<int:link_id>/qr.svg", one.qr_code, name="staff-link-qr"),
    path("staff/links/<int:link_id>/sheet/", one.sheet, name="staff-link-sheet"),
    path("staff/links/<int:link_id>/send/", sending.send, name="staff-link-send"),
    path("staff/links/<int:link_id>/revoke/", one.revoke, name="staff-link-revoke"),
]

"""Addresses of the alerts' pages, below `/alerts/` in each language."""

from django.urls import path

from alerts import views

urlpatterns = [
    path("proposals/", views.follow_list, {"followed": "proposals"}, name="follow_proposals"),
    path("recommendations/", views.follow_list, {"followed": "recommendations"}, name="follow_recommendations"),
    path("proposal/<int:name>/", views.follow_record, {"followed": "proposal"}, name="follow_proposal"),
    path("delegate/<slug:name>/", views.follow_record, {"followed": "delegate"}, name="follow_delegate"),
    path("agency/<slug:name>/", views.follow_record, {"followed": "agency"}, name="follow_agency"),
    path("asked/", views.asked, name="asked_alert"),
    path("confirm/<str:token>/", views.confirm_alert, name="confirm_alert"),
    path("yours/<str:token>/", views.your_alerts, name="your_alerts"),
    path("stop/<str:token>/", views.stop_alerts, name="stop_alerts"),
]

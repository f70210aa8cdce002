"""Addresses of the public pages."""

from django.urls import path

from proposals import views

urlpatterns = [
    path("", views.home, name="home"),
    path("proposals/", views.proposal_list, name="proposals"),
    path("proposals/<int:pk>/", views.proposal_detail),
    path("proposals/<int:pk>/<slug:slug>/", views.proposal_detail, name="proposal"),
    path("recommendations/", views.recommendation_list, name="recommendations"),
    path("recommendations/<int:pk>/", views.recommendation, name="recommendation"),
    path("delegates/", views.delegate_list, name="delegates"),
    path("delegates/<slug:slug>/", views.delegate_detail, name="delegate"),
    path("topics/", views.topic_list, name="topics"),
    path("topics/<slug:slug>/", views.topic_detail, name="topic"),
    path("regions/", views.region_list, name="regions"),
    path("regions/<slug:slug>/", views.region_detail, name="region"),
    path("agencies/", views.agency_list, name="agencies"),
    path("agencies/<slug:slug>/", views.agency_detail, name="agency"),
    path("sessions/", views.session_list, name="sessions"),
    path("sessions/<slug:slug>/", views.session_detail, name="session"),
]

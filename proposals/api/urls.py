"""Addresses of the API: one version, outside the languages of the pages."""

from django.urls import path

from proposals.api import catalogue, document, root, things

app_name = "api"
urlpatterns = [
    path("", root.root, name="root"),
    path("schema/", document.schema, name="schema"),
    path("proposals/", catalogue.proposal_list, name="proposals"),
    path("proposals/<int:pk>/", catalogue.proposal_detail, name="proposals_read"),
    path("recommendations/", catalogue.recommendation_list, name="recommendations"),
    path("recommendations/<int:pk>/", catalogue.recommendation_detail),
    path("replies/", things.reply_list, name="replies"),
    path("replies/<int:pk>/", things.reply_detail),
    path("delegates/", things.delegate_list, name="delegates"),
    path("delegates/<slug:slug>/", things.delegate_detail),
    path("memberships/", things.membership_list, name="memberships"),
    path("memberships/<int:pk>/", things.membership_detail),
    path("agencies/", things.agency_list, name="agencies"),
    path("agencies/<slug:slug>/", things.agency_detail),
    path("topics/", things.topic_list, name="topics"),
    path("topics/<slug:slug>/", things.topic_detail),
    path("regions/", things.region_list, name="regions"),
    path("regions/<slug:code>/", things.region_detail),
    path("bodies/", things.body_list, name="bodies"),
    path("bodies/<slug:slug>/", things.body_detail),
    path("sessions/", things.session_list, name="sessions"),
    path("sessions/<slug:slug>/", things.session_detail),
    path("sources/", things.source_list, name="sources"),
    path("sources/<int:pk>/", things.source_detail),
]

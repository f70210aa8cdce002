"""Addresses of the public pages."""

from django.urls import path, register_converter

from proposals import exports
from proposals.views import cards, compare, home, lists, outcomes, pictures, policies, proposals, replies, things

register_converter(exports.ShapeConverter, "shape")

urlpatterns = [
    path("", home.home, name="home"),
    path("card.png", cards.card, name="card"),
    path("proposals/", lists.proposal_list, name="proposals"),
    path("proposals/export.<shape:shape>", exports.proposal_export, name="proposal_export"),
    path("proposals/matrix/", pictures.matrix, name="matrix"),
    path("proposals/<int:pk>/", proposals.proposal_detail),
    path("proposals/<int:pk>/<slug:slug>/", proposals.proposal_detail, name="proposal"),
    path("proposals/<int:pk>/<slug:slug>/changes/", proposals.proposal_changes, name="proposal_changes"),
    path("proposals/<int:pk>/<slug:slug>/card.png", cards.proposal_card, name="proposal_card"),
    path("recommendations/", lists.recommendation_list, name="recommendations"),
    path("recommendations/export.<shape:shape>", exports.recommendation_export, name="recommendation_export"),
    path("recommendations/<int:pk>/", proposals.recommendation, name="recommendation"),
    path("delegates/", things.delegate_list, name="delegates"),
    path("delegates/<slug:slug>/", things.delegate_detail, name="delegate"),
    path("topics/", things.topic_list, name="topics"),
    path("topics/<slug:slug>/", things.topic_detail, name="topic"),
    path("regions/", things.region_list, name="regions"),
    path("regions/<slug:slug>/", things.region_detail, name="region"),
    path("agencies/", things.agency_list, name="agencies"),
    path("agencies/<slug:slug>/", things.agency_detail, name="agency"),
    path("sessions/", things.session_list, name="sessions"),
    path("sessions/<slug:slug>/", things.session_detail, name="session"),
    path("replies/", replies.reply_list, name="replies"),
    path("replies/<int:pk>/", replies.reply_detail, name="reply"),
    path("outcomes/", outcomes.outcomes, name="outcomes"),
    path("policies/", policies.policy_list, name="policies"),
    path("policies/<int:pk>/", policies.policy_detail, name="policy"),
    path("compare/", compare.comparison, name="compare"),
    path("compare.md", compare.comparison_markdown, name="compare_markdown"),
    path("compare.xlsx", compare.comparison_workbook, name="compare_workbook"),
]

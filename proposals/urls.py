"""Addresses of the public pages."""

from django.urls import path, register_converter

from proposals import exports
from proposals.feeds import views as feeds
from proposals.views import (
    cards,
    citations,
    compare,
    downloads,
    embedding,
    home,
    lists,
    outcomes,
    pictures,
    policies,
    proposals,
    replies,
    searching,
    things,
)

register_converter(exports.ShapeConverter, "shape")

urlpatterns = [
    path("", home.home, name="home"),
    path("opensearch.xml", searching.opensearch, name="opensearch"),
    path("card.png", cards.card, name="card"),
    path("proposals/", lists.proposal_list, name="proposals"),
    path("proposals/feed/", feeds.proposals_feed, name="proposals_feed"),
    path("recommendations/feed/", feeds.recommendations_feed, name="recommendations_feed"),
    path("replies/feed/", feeds.replies_feed, name="replies_feed"),
    path("proposals/export.<shape:shape>", exports.proposal_export, name="proposal_export"),
    path("proposals/matrix/", pictures.matrix, name="matrix"),
    path("proposals/<int:pk>/", proposals.proposal_detail),
    path("proposals/<int:pk>/<slug:slug>/", proposals.proposal_detail, name="proposal"),
    path("proposals/<int:pk>/<slug:slug>/changes/", proposals.proposal_changes, name="proposal_changes"),
    path("proposals/<int:pk>/<slug:slug>/card.png", cards.proposal_card, name="proposal_card"),
    path("proposals/<int:pk>/cite.<str:form>", citations.proposal_citation, name="proposal_citation"),
    path("proposals/<int:pk>/<slug:slug>/embed/", embedding.proposal_embed, name="proposal_embed"),
    path("recommendations/", lists.recommendation_list, name="recommendations"),
    path("recommendations/export.<shape:shape>", exports.recommendation_export, name="recommendation_export"),
    path("recommendations/<int:pk>/", proposals.recommendation, name="recommendation"),
    path("recommendations/<int:pk>/cite/", citations.recommendation_citation, name="recommendation_citation"),
    path("recommendations/<int:pk>/cite.<str:form>", citations.recommendation_citation, name="recommendation_file"),
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
    path("replies/export.<shape:shape>", exports.reply_export, name="reply_export"),
    path("replies/<int:pk>/", replies.reply_detail, name="reply"),
    path("replies/<int:pk>/cite.<str:form>", citations.reply_citation, name="reply_citation"),
    path("outcomes/", outcomes.outcomes, name="outcomes"),
    path("policies/", policies.policy_list, name="policies"),
    path("policies/<int:pk>/", policies.policy_detail, name="policy"),
    path("data/", downloads.downloads, name="downloads"),
    path("data/<str:name>", downloads.download, name="download"),
    path("compare/", compare.comparison, name="compare"),
    path("compare.md", compare.comparison_markdown, name="compare_markdown"),
    path("compare.xlsx", compare.comparison_workbook, name="compare_workbook"),
]

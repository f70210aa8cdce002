"""A record made up for questions: the same at every run, with all that is hard to find in it."""

from datetime import timedelta
from functools import cache

from django.utils import timezone
from opencc import OpenCC

from people.models import Agency, Body, Delegate, Membership, Position, Region, Session
from proposals.models import Event, Figure, Outcome, Proposal, Source, Synonym, Topic
from proposals.models.outbox import recorded
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_event,
    make_membership,
    make_proposal,
    make_region,
    make_reply,
    make_session,
    make_source,
    make_topic,
)


def make_record(rng, number):
    """Make so many proposals with all around them; of nine, eight are published. Gives the proposals."""
    rows.cache_clear()
    with recorded():
        make_topics()
        make_regions()
        make_agencies()
        make_bodies(rng)
        make_delegates(rng)
        proposals = [make_any_proposal(rng, place) for place in range(number)]
        for place, proposal in enumerate(rng.sample(proposals, number * 8 // 9)):
            proposal.state = Proposal.State.PUBLISHED
            proposal.published_at = timezone.now() - timedelta(hours=place % 7)
            proposal.save()
    return proposals


# ---- the world: made up, the same at every run


ENGLISH = """stem cells cell therapy therapies clinical trial trials regulate regulation regulators regulatory approve
approval approvals review reviewing quality standards hospital hospitals patients rare disease diseases ageing act most
national pilot zone free trade shared platform insurance reimbursement pricing industry industrial innovation innovate
CAR-T iPSC Béijīng naïve café Médecins résumé coöperate 226.1 2030 0462 I III x-ray don't Shaanxi’s (draft) “market”
of the and for in with""".split()  # noqa: SIM905
CHINESE = """干细胞 临床 试验 研究 再生医学 产业 发展 审评 审批 国家 药品 监督 管理 基因
治疗 细胞 药物 罕见病 老龄化 医疗 保障 标准 质量 体系 自由贸易 试验区 先行 先试 立法 伦理
的 在 后 里 干 发 推动 陕西省 上海 关于 建议 建设 国际 中心 医院 费用""".split()  # noqa: SIM905
TRADITIONAL = OpenCC("s2t")


def english_text(rng, words):
    chosen = [rng.choice(ENGLISH) for _ in range(rng.randint(2, words))]
    chosen = [word.capitalize() if rng.random() < 0.1 else word for word in chosen]
    return "".join(word + rng.choice([" ", " ", " ", " ", ", ", ". ", " – "]) for word in chosen).strip()


def chinese_text(rng, words):
    chosen = [rng.choice(CHINESE) for _ in range(rng.randint(2, words))]
    glue = ["", "", "", "", "，", "、", "。", " ", "CAR-T", "2030年", "“", "”"]
    text = "".join(word + rng.choice(glue) for word in chosen)
    return TRADITIONAL.convert(text) if rng.random() < 0.3 else text


def both(rng, name, words):
    """A text in English, in Chinese or in both."""
    kept = rng.choice(["en", "zh", "both", "both"])
    return {
        f"{name}_en": english_text(rng, words) if kept != "zh" else "",
        f"{name}_zh": chinese_text(rng, words) if kept != "en" else "",
    }


def some(rng, model, most):
    return rng.sample(rows(model), rng.randint(0, most))


@cache
def rows(model):
    """All rows in the order in which they were made; each list is read once, when it is complete."""
    return list(model.objects.order_by("pk"))


def make_topics():
    cells = make_topic(name="Cells", name_zh="细胞", slug="cells")
    stem_cells = make_topic(name="Stem cells", name_zh="干细胞", slug="stem-cells", parent=cells)
    make_topic(name="Embryonic stem cells", name_zh="胚胎干细胞", slug="embryonic", parent=stem_cells)
    adoptive = make_topic(name="Adoptive cell transfer", name_zh="過繼細胞", slug="adoptive", parent=cells)
    rules = make_topic(name="Regulation", name_zh="监管", slug="regulation")
    approval = make_topic(name="Approval", name_zh="审批", slug="approval", parent=rules)
    make_topic(name="Conditional approval", name_zh="附条件批准", slug="conditional", parent=approval)
    make_topic(name="Insurance", name_zh="医保", slug="insurance")
    Synonym.objects.create(topic=adoptive, text="ACT", acronym=True, ambiguous=True)
    Synonym.objects.create(topic=rules, text="MOST", acronym=True, ambiguous=True)
    Synonym.objects.create(topic=stem_cells, text="MSC", acronym=True)
    Synonym.objects.create(topic=cells, text="cytotherapy")
    Synonym.objects.create(topic=approval, text="准入", language="zh")


def make_regions():
    china = make_region(name="China", name_zh="中国", slug="china", iso_code="CN", kind="country")
    make_region(name="Shanghai", name_zh="上海", slug="shanghai", iso_code="CN-SH", parent=china)
    make_region(name="Shaanxi", name_zh="陕西", slug="shaanxi", iso_code="CN-SN", parent=china)
    make_region(name="Shanxi", name_zh="山西", slug="shanxi", iso_code="CN-SX", parent=china)
    guangdong = make_region(
        name="Guangdong", name_zh="广东", slug="guangdong", iso_code="CN-GD", parent=china,
        full_name_en="Guangdong Province", full_name_zh="广东省", other_names="Canton; Kwangtung",
    )  # fmt: skip
    zone = make_region(name="Free trade zone", name_zh="自贸区", slug="guangdong-ftz", kind="zone", parent=guangdong)
    make_region(name="Nansha", name_zh="南沙", slug="nansha", kind="zone", parent=zone)


def make_agencies():
    make_agency(name="National Health Commission", name_zh="国家卫生健康委员会", short_name_en="NHC", slug="nhc")
    nmpa = make_agency(
        name="National Medical Products Administration", short_name_en="NMPA", other_names="药监局; CFDA", slug="nmpa"
    )
    centre = make_agency(name="Center for Drug Evaluation", name_zh="药品审评中心", slug="cde", parent=nmpa)
    make_agency(name="Office of statistics", slug="statistics", parent=centre)
    make_agency(name="Shanghai government", short_name_zh="上海市政府", slug="shanghai-government")


def make_bodies(rng):
    china, shanghai, nansha = (Region.objects.get(slug=slug) for slug in ("china", "shanghai", "nansha"))
    bodies = [
        make_body(name="CPPCC National Committee", short_name_zh="全国政协", slug="cppcc", region=china),
        make_body(name="National Congress", name_zh="全国人民代表大会", system="npc", slug="npc", region=china),
        make_body(name="CPPCC Shanghai", level="provincial", slug="cppcc-shanghai", region=shanghai),
        make_body(name="CPPCC Nansha", level="county", slug="cppcc-nansha", region=nansha),
    ]
    for body in bodies:
        for year in range(2020, 2025):
            term = 13 if year < 2023 else 14
            opened = rng.choice(["", f"{year}", f"{year}-03", f"{year}-03-0{rng.randint(1, 5)}"])
            slug = f"{body.slug}-{year}"
            make_session(body=body, year=year, term=term, ordinal=year - 2019, opened=opened, slug=slug)


def make_delegates(rng):
    syllables = ["Ding", "Wang", "Liu", "Zhang", "Lie", "Ming", "Gui", "Lin", "Yun", "Yi", "Wei", "Jing", "Lü", "Hé"]
    characters = "丁列明王桂林刘云张章毅怡維偉靜國"
    for number in range(30):
        delegate = make_delegate(
            slug=f"delegate-{number}",
            name=f"{rng.choice(syllables)} {rng.choice(syllables)}{rng.choice(syllables).lower()}",
            name_zh=rng.choice(["", "".join(rng.sample(characters, 3))]),
            variants={rng.choice(["Ding Leeming", "Lieming Ding", "丁黎明", "劉雲"]) for _ in range(rng.randint(0, 2))},
            employer=rng.choice(["", "Betta Pharmaceuticals Co., Ltd."]),
        )
        Position.objects.create(delegate=delegate, employer_zh=chinese_text(rng, 3))
        for body in some(rng, Body, 3):
            for role in rng.sample(Membership.Role.values, rng.randint(1, 2)):
                region = rng.choice([None, *rows(Region)])
                make_membership(delegate=delegate, body=body, term=rng.choice([13, 14]), role=role, region=region)


def make_recommendation_fields(rng):
    return {
        **both(rng, "text", 8),
        **(both(rng, "group", 3) if rng.random() < 0.3 else {}),
        "topics": some(rng, Topic, 2),
        "to": (agencies := some(rng, Agency, 2)),
        "inferred": [agency for agency in some(rng, Agency, 1) if agency not in agencies],
    }


def make_life(rng, proposal):
    """What became of it: events and replies in any order, as no analyst could enter them."""
    source = Source.objects.order_by("pk").first() or make_source()
    year = proposal.session.year

    def day():
        return rng.choice(["", f"{year}", f"{year}-{rng.randint(3, 12):02}", f"{year}-10-{rng.randint(1, 28):02}"])

    for number in range(rng.choice([0, 0, 1, 2, 4])):
        stage = rng.choice(Event.Stage.values)
        agency = rng.choice(rows(Agency)) if stage in ("assigned", "handled", "replied", "followed_up") else None
        role = rng.choice(["lead", "co_handling", "separate", ""]) if stage == "assigned" else ""
        said = rng.choice(["", "satisfied", "dissatisfied", "dissatisfied"]) if stage == "feedback" else ""
        make_event(
            proposal=proposal,
            stage=stage,
            date=day(),
            agency=agency,
            role=role,
            satisfaction=said,
            source=source,
            passage=f"line {number}",  # what a source says once is entered once
        )
    for _ in range(rng.choice([0, 0, 0, 1, 2])):
        demands = list(proposal.recommendations.order_by("pk"))
        demands = rng.sample(demands, min(len(demands), rng.randint(0, 2)))
        make_reply(
            to=[proposal],
            agency=rng.choice(rows(Agency)),
            date=day(),
            source=source,
            outcome=rng.choice(Outcome.values),
            outcomes={demand: rng.choice(Outcome.values) for demand in demands},
        )


def make_any_proposal(rng, number):
    session = rng.choice(rows(Session))
    year = session.year
    proposal = make_proposal(
        **both(rng, "title", 7),
        **(both(rng, "summary", 20) if rng.random() < 0.8 else {}),
        session=session,
        number=rng.choice(["", f"{number:04}"]),
        submitted=rng.choice(["", f"{year}", f"{year}-01", f"{year}-03", f"{year}-03-{rng.randint(1, 12):02}"]),
        kind=rng.choice(Proposal.Kind.values),
        topics=some(rng, Topic, 2),
        regions=some(rng, Region, 2),
        delegates=some(rng, Delegate, 3),
        organisations=rng.choice([[], [], ["Jiusan Society"]]),
        recommendations=[make_recommendation_fields(rng) for _ in range(rng.randint(0, 6))],
    )
    for figure in range(rng.choice([0, 0, 1, 2])):
        Figure.objects.create(proposal=proposal, value=f"{figure}.5", unit_en="billion", **both(rng, "what", 5))
    make_life(rng, proposal)
    if rng.random() < 0.2:  # nobody is known to be first
        for sponsorship in proposal.sponsorships.all():
            sponsorship.first = False
            sponsorship.save()
    return proposal

"""The words of a search: its keys and the values that a key knows, in Vietnamese and English."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from contract.event import Severity
from server.letters import composed, plain
from server.verdict import COUNTED, WAITING, Category, Source, State


class Key(StrEnum):
    """What a token can ask for."""

    STATE = "state"
    RULE = "rule"
    CAMERA = "camera"
    UNIT = "unit"
    CRITERION = "criterion"
    CATEGORY = "category"
    SOURCE = "source"
    SEVERITY = "severity"
    OFFICER = "officer"
    MODE = "mode"
    OVERDUE = "overdue"
    ON = "on"
    AFTER = "after"
    BEFORE = "before"
    CODE = "code"
    NUMBER = "number"


ALIASES: Final[Mapping[Key, tuple[str, ...]]] = {
    Key.STATE: ("trạng thái", "status", "tình trạng"),
    Key.RULE: ("luật", "loại", "kind"),
    Key.CAMERA: ("máy quay", "mắt camera", "cam"),
    Key.UNIT: ("khóm", "ấp", "đơn vị", "địa bàn", "khu phố", "tổ dân phố"),
    Key.CRITERION: ("tiêu chí", "criteria"),
    Key.CATEGORY: ("lĩnh vực", "nhóm"),
    Key.SOURCE: ("nguồn",),
    Key.SEVERITY: ("mức", "mức độ"),
    Key.OFFICER: ("cán bộ", "người", "assigned"),
    Key.MODE: ("chế độ",),
    Key.OVERDUE: ("quá hạn", "late"),
    Key.ON: ("ngày", "day"),
    Key.AFTER: ("từ", "từ ngày", "from", "since"),
    Key.BEFORE: ("trước", "trước ngày", "until"),
    Key.CODE: ("mã",),
    Key.NUMBER: ("số", "số hiệu"),
}
"""Other names of a key. The first is what an officer would say; all are understood without their marks too."""

DATES: Final = frozenset({Key.ON, Key.AFTER, Key.BEFORE})
"""Keys whose value is a day, a month or a year."""
STATE_GROUPS: Final[Mapping[str, frozenset[State]]] = {"waiting": WAITING, "counted": COUNTED}
"""Words for several states at once."""
MODES: Final = ("active", "trial", "exercise", "test")
"""active: neither on trial nor a drill."""
OVERDUE: Final = ("yes", "no")

VALUES: Final[Mapping[Key, Mapping[str, tuple[str, ...]]]] = {
    Key.STATE: {
        "waiting": ("chờ duyệt", "đang chờ", "chưa xử lý"),
        "counted": ("được tính", "đã xác minh"),
        State.NEW: ("chưa duyệt", "mới", "cảnh báo"),
        State.CLAIMED: ("đã tiếp nhận", "tiếp nhận"),
        State.VERIFYING: ("đang xác minh",),
        State.CONFIRMED: ("đã xác nhận", "xác nhận"),
        State.REMINDED: ("nhắc nhở",),
        State.PLEDGED: ("cam kết",),
        State.PENALISED: ("lập biên bản, xử phạt", "lập biên bản", "xử phạt"),
        State.TRANSFERRED: ("chuyển cơ quan khác", "chuyển"),
        State.RESOLVED: ("đã giải quyết", "giải quyết"),
        State.CLOSED: ("đóng", "đã đóng"),
        State.DISMISSED: ("đã loại bỏ", "loại bỏ", "báo giả"),
        State.CANCELLED: ("máy tự huỷ", "máy tự hủy", "huỷ"),
        State.MERGED: ("đã gộp", "gộp"),
    },
    Key.CATEGORY: {
        Category.SOCIAL_ORDER: ("trật tự xã hội", "TTXH"),
        Category.ECONOMIC: ("kinh tế",),
        Category.ENVIRONMENT: ("môi trường, an toàn thực phẩm", "môi trường"),
        Category.DRUGS: ("ma tuý", "ma túy"),
        Category.TRAFFIC: ("giao thông",),
        Category.FIRE: ("cháy, nổ", "cháy"),
        Category.URBAN_ORDER: ("trật tự đô thị", "TTĐT"),
    },
    Key.SOURCE: {
        Source.CAMERA: ("camera", "máy"),
        Source.TIP: ("tin báo",),
        Source.DENUNCIATION: ("tố giác",),
        Source.PETITION: ("kiến nghị khởi tố", "kiến nghị"),
        Source.FEEDBACK: ("phản ánh",),
        Source.OFFICIAL: ("số liệu chính thức", "chính thức"),
    },
    Key.SEVERITY: {
        Severity.LOW: ("mức thấp", "thấp"),
        Severity.MEDIUM: ("mức vừa", "vừa"),
        Severity.HIGH: ("mức cao", "cao"),
        Severity.URGENT: ("khẩn", "khẩn cấp"),
    },
    Key.MODE: {
        "active": ("chính thức",),
        "trial": ("chạy thử", "thử"),
        "exercise": ("diễn tập",),
        "test": ("thử máy",),
    },
    Key.OVERDUE: {"yes": ("có", "y", "true", "1"), "no": ("không", "n", "false", "0")},
}
"""Keys with a closed list of values: each with what officers call it, the pages' own word among them (tested)."""

RULES: Final[Mapping[str, tuple[str, ...]]] = {
    "intrusion": ("xâm nhập",),
    "line_crossing": ("qua vạch",),
    "loitering": ("lảng vảng",),
    "static_object": ("vật đứng yên",),
    "reported": ("việc được báo",),
    "pavement_encroachment": ("lấn chiếm vỉa hè", "vỉa hè"),
    "road_encroachment": ("lấn chiếm lòng đường", "lòng đường"),
    "illegal_parking": ("dừng đỗ sai quy định", "đỗ sai", "dừng đỗ sai"),
    "parked_motorbikes": ("xe máy đậu thành dãy",),
    "vending": ("buôn bán hàng rong", "hàng rong"),
    "crowd": ("tụ tập đông người", "tụ tập"),
    "wrong_way": ("đi ngược chiều", "ngược chiều"),
    "racing": ("nhóm xe chạy nhanh", "đua xe"),
    "speeding": ("chạy quá tốc độ", "quá tốc độ"),
    "person_lying": ("người nằm bất động", "người nằm"),
    "fight": ("nghi xô xát, đánh nhau", "đánh nhau", "xô xát"),
    "bike_theft": ("nghi trộm xe máy", "trộm xe"),
    "camera_covered": ("camera bị che ống kính", "che ống kính"),
    "camera_moved": ("camera bị xoay lệch", "xoay lệch"),
    "camera_frozen": ("camera bị đóng băng", "đóng băng"),
    "camera_blurred": ("camera bị mờ",),
    "camera_dark": ("camera quá tối",),
    "camera_bright": ("camera bị loá",),
    "camera_offline": ("camera mất tín hiệu", "mất tín hiệu"),
    "camera_clock_off": ("camera lệch giờ", "lệch giờ"),
    "object_left": ("vật bỏ lại, đổ rác", "vật bỏ lại", "đổ rác"),
    "fire": ("cháy",),
    "smoke": ("khói",),
}
"""Rule kinds by name. The list is open: an edge may send a kind, or a ward name a rule, that stands nowhere here."""


_JOINTS: Final = str.maketrans("", "", " \t_-,")


def fold(text: str) -> str:
    """What two ways to write one name have in common: no case, marks, spaces, hyphens or underscores."""
    return plain(composed(text)).translate(_JOINTS)


def _codes(values: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {fold(name): str(code) for code, names in values.items() for name in (code, *names)}


KEYS_BY_NAME: Final[Mapping[str, Key]] = {fold(name): key for key in Key for name in (key, *ALIASES[key])}
CODES_BY_NAME: Final[Mapping[Key, Mapping[str, str]]] = {key: _codes(values) for key, values in VALUES.items()}
RULES_BY_NAME: Final[Mapping[str, str]] = _codes(RULES)

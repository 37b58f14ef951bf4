"""The officers' words for the codes that the API speaks: a suspicion until confirmed, never "vi phạm" before."""

from collections.abc import Mapping
from typing import Final

from server.criteria.judge import Result
from server.ui.i18n import N_, NN_

RULE_KINDS: Final[Mapping[str, str]] = {
    "intrusion": N_("Xâm nhập"),
    "line_crossing": N_("Qua vạch"),
    "loitering": N_("Lảng vảng"),
    "static_object": N_("Vật đứng yên"),
    "pavement_encroachment": N_("Lấn chiếm vỉa hè"),
    "road_encroachment": N_("Lấn chiếm lòng đường"),
    "illegal_parking": N_("Dừng đỗ sai quy định"),
    "parked_motorbikes": N_("Xe máy đậu thành dãy"),
    "vending": N_("Buôn bán hàng rong"),
    "crowd": N_("Tụ tập đông người"),
    "wrong_way": N_("Đi ngược chiều"),
    "racing": N_("Nhóm xe chạy nhanh"),
    "speeding": N_("Chạy quá tốc độ"),
    "person_lying": N_("Người nằm bất động"),
    "fight": N_("Nghi xô xát, đánh nhau"),
    "bike_theft": N_("Nghi trộm xe máy"),
    "camera_covered": N_("Camera bị che ống kính"),
    "camera_moved": N_("Camera bị xoay lệch"),
    "camera_frozen": N_("Camera bị đóng băng"),
    "camera_blurred": N_("Camera bị mờ"),
    "camera_dark": N_("Camera quá tối"),
    "camera_bright": N_("Camera bị loá"),
    "camera_offline": N_("Camera mất tín hiệu"),
    "camera_clock_off": N_("Camera lệch giờ"),
    "object_left": N_("Vật bỏ lại, đổ rác"),
    "fire": N_("Cháy"),
    "smoke": N_("Khói"),
    "reported": N_("Việc được báo"),
}
PLACES: Final[Mapping[str, str]] = {"whole": N_("cả khung hình")}
"""Names that the edge gives by itself; any other place is called as whoever drew it called it."""
SUBJECTS: Final[Mapping[str, str]] = {
    "person": NN_("người"),
    "bicycle": NN_("xe đạp"),
    "car": NN_("ô tô"),
    "motorcycle": NN_("xe máy"),
    "bus": NN_("xe buýt"),
    "truck": NN_("xe tải"),
    "object": NN_("đồ vật"),
    "suitcase": NN_("va li"),
    "backpack": NN_("ba lô"),
    "handbag": NN_("túi xách"),
    "fire": NN_("đám cháy"),
    "smoke": NN_("đám khói"),
}
SEVERITIES: Final[Mapping[str, str]] = {
    "low": N_("mức thấp"),
    "medium": N_("mức vừa"),
    "high": N_("mức cao"),
    "urgent": N_("khẩn"),
}
MODES: Final[Mapping[str, str]] = {"active": N_("chính thức"), "trial": N_("chạy thử")}
STATUSES: Final[Mapping[str, str]] = {"exercise": N_("diễn tập"), "test": N_("thử máy")}
STATES: Final[Mapping[str, str]] = {
    "new": N_("Chưa duyệt"),
    "claimed": N_("Đã tiếp nhận"),
    "verifying": N_("Đang xác minh"),
    "confirmed": N_("Đã xác nhận"),
    "reminded": N_("Nhắc nhở"),
    "pledged": N_("Cam kết"),
    "penalised": N_("Lập biên bản, xử phạt"),
    "transferred": N_("Chuyển cơ quan khác"),
    "resolved": N_("Đã giải quyết"),
    "closed": N_("Đóng"),
    "dismissed": N_("Đã loại bỏ"),
    "cancelled": N_("Máy tự huỷ"),
    "merged": N_("Đã gộp"),
}
SOURCES: Final[Mapping[str, str]] = {
    "camera": N_("Camera"),
    "tip": N_("Tin báo"),
    "denunciation": N_("Tố giác"),
    "petition": N_("Kiến nghị khởi tố"),
    "feedback": N_("Phản ánh"),
    "official": N_("Số liệu chính thức"),
}
CATEGORIES: Final[Mapping[str, str]] = {
    "social_order": N_("Trật tự xã hội"),
    "economic": N_("Kinh tế"),
    "environment": N_("Môi trường, an toàn thực phẩm"),
    "drugs": N_("Ma tuý"),
    "traffic": N_("Giao thông"),
    "fire": N_("Cháy, nổ"),
    "urban_order": N_("Trật tự đô thị"),
}
HEADS: Final[Mapping[str, str]] = {
    "suspects": NN_("đối tượng"),
    "victims": NN_("bị hại"),
    "deaths": NN_("người chết"),
    "injured": NN_("bị thương"),
}
"""Persons, counted."""
MOVES: Final[Mapping[str, str]] = {
    "claim": N_("tiếp nhận"),
    "release": N_("trả lại hàng chờ"),
    "confirm": N_("xác nhận"),
    "dismiss": N_("loại bỏ"),
    "undo": N_("hoàn tác"),
    "verify": N_("đi xác minh"),
    "remind": N_("nhắc nhở"),
    "pledge": N_("cho làm cam kết"),
    "penalise": N_("lập biên bản, xử phạt"),
    "transfer": N_("chuyển cơ quan khác"),
    "resolve": N_("giải quyết xong"),
    "close": N_("đóng hồ sơ"),
    "reopen": N_("mở lại hồ sơ"),
    "merge": N_("gộp vụ này vào vụ khác"),
    "split": N_("tách vụ này ra"),
}
RESULTS: Final[Mapping[Result, str]] = {
    "met": N_("đạt"),
    "not_met": N_("chưa đạt"),
    "at_risk": N_("nguy cơ"),
    "unknown": N_("không đủ dữ liệu"),
    "not_applicable": N_("không áp dụng"),
}
INPUTS: Final[Mapping[str, str]] = {
    "auto": N_("máy tính"),
    "mixed": N_("máy và cán bộ"),
    "manual": N_("cán bộ nhập"),
}
BASES: Final[Mapping[str, str]] = {
    "S": N_("theo nguồn công khai"),
    "P": N_("mặc định do hệ thống đề xuất, sửa được"),
}
UNITS: Final[Mapping[str, str]] = {
    "vụ": NN_("vụ"),
    "điểm": NN_("điểm"),
    "đối tượng": NN_("đối tượng"),
    "người": NN_("người"),
    "văn bản": NN_("văn bản"),
    "mô hình": NN_("mô hình"),
    "đơn": NN_("đơn"),
    "giờ": NN_("giờ"),
    "camera": NN_("camera"),
    "%": "%",
    "": "",
}
UNIT_NAMES: Final[Mapping[str, str]] = {
    "vụ": N_("số vụ"),
    "điểm": N_("số điểm"),
    "đối tượng": N_("số đối tượng"),
    "người": N_("số người"),
    "văn bản": N_("số văn bản"),
    "mô hình": N_("số mô hình"),
    "đơn": N_("số đơn"),
    "%": "%",
}
ENTRY_STATES: Final[Mapping[str, str]] = {
    "waiting": N_("chờ duyệt"),
    "approved": N_("đã duyệt"),
    "refused": N_("không duyệt"),
}
CAMERA_STATES: Final[Mapping[str, str]] = {
    "online": N_("có hình"),
    "connecting": N_("đang nối"),
    "offline": N_("mất hình"),
    "finished": N_("đã phát hết"),
    "silent": N_("mất tín hiệu"),
}
PICTURES: Final[Mapping[str, str]] = {
    "ok": N_("có hình"),
    "covered": N_("bị che ống kính"),
    "moved": N_("bị xoay lệch"),
    "frozen": N_("bị đóng băng"),
    "blurred": N_("bị mờ"),
    "dark": N_("quá tối"),
    "bright": N_("bị loá"),
}
ROLES: Final[Mapping[str, str]] = {
    "viewer": N_("người xem"),
    "officer": N_("cán bộ"),
    "supervisor": N_("chỉ huy"),
    "admin": N_("quản trị"),
}
DELETION_RULES: Final[Mapping[str, str]] = {
    "unreviewed": N_("quá hạn mà không ai duyệt"),
    "dismissed": N_("đã loại bỏ và hết hạn giữ"),
    "closed": N_("hồ sơ đã đóng và hết hạn giữ"),
    "disk": N_("ổ đĩa hết chỗ"),
    "audit": N_("nhật ký quá cũ"),
}
EDGE_STATES: Final[Mapping[str, str]] = {
    "online": N_("trực tuyến"),
    "silent": N_("im lặng"),
    "offline": N_("mất liên lạc"),
    "new": N_("chưa từng gửi"),
}
REFUSALS: Final[Mapping[str, str]] = {
    "not_json": N_("không phải JSON"),
    "invalid": N_("sai mẫu hoặc sai giờ"),
    "topic_mismatch": N_("gửi nhầm địa chỉ"),
    "too_large": N_("quá lớn"),
    "unknown_version": N_("phiên bản lạ"),
    "unknown_edge": N_("máy biên chưa đăng ký"),
    "unknown_camera": N_("camera chưa khai báo"),
}
EVIDENCE_KINDS: Final[Mapping[str, str]] = {
    "picture": N_("ảnh"),
    "moment": N_("ảnh định kỳ"),
    "clip": N_("đoạn ghi"),
    "audit": N_("nhật ký"),
}

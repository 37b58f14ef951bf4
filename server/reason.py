"""Pure: why an incident is dismissed, each reason with its written meaning."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why an incident was dismissed: a closed list, so that false alarms can be counted by their cause."""

    ANIMAL = "animal"
    LIGHT = "light"
    WEATHER = "weather"
    AUTHORISED = "authorised"
    RESIDENT = "resident"
    DUPLICATE = "duplicate"
    CAMERA_FAULT = "camera_fault"
    WRONG_ZONE = "wrong_zone"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A reason in an officer's words: a short name and what exactly it covers, Vietnamese and English."""

    vi: str
    en: str
    covers_vi: str
    covers_en: str


MEANINGS: Final[dict[Reason, Meaning]] = {
    Reason.ANIMAL: Meaning(
        vi="Động vật",
        en="Animal",
        covers_vi="Chó, mèo, chim, côn trùng trước ống kính; không có người hay phương tiện.",
        covers_en="A dog, cat, bird or an insect at the lens; no person or vehicle.",
    ),
    Reason.LIGHT: Meaning(
        vi="Bóng, ánh sáng",
        en="Shadow or light",
        covers_vi="Bóng đổ, đèn xe, đèn đường bật tắt, phản chiếu.",
        covers_en="A shadow, headlights, a lamp switched on or off, a reflection.",
    ),
    Reason.WEATHER: Meaning(
        vi="Thời tiết",
        en="Weather",
        covers_vi="Mưa, gió lay cây, sương mù, nước đọng.",
        covers_en="Rain, trees in the wind, fog, standing water.",
    ),
    Reason.AUTHORISED: Meaning(
        vi="Người có phận sự",
        en="Authorised person",
        covers_vi="Lực lượng, bảo vệ, công nhân đang làm nhiệm vụ tại đó.",
        covers_en="Police, a guard or a worker whose duty is there.",
    ),
    Reason.RESIDENT: Meaning(
        vi="Người dân tại chỗ",
        en="Resident",
        covers_vi="Chủ nhà, người ở hoặc khách của họ; không có vi phạm.",
        covers_en="The owner, somebody who lives there or their guest; no violation.",
    ),
    Reason.DUPLICATE: Meaning(
        vi="Trùng",
        en="Duplicate",
        covers_vi="Cùng một việc đã có vụ việc khác ghi nhận.",
        covers_en="The same thing is already another incident.",
    ),
    Reason.CAMERA_FAULT: Meaning(
        vi="Lỗi camera",
        en="Camera fault",
        covers_vi="Hình nhiễu, đứng hình, bị che, xoay lệch.",
        covers_en="A noisy, frozen, covered or turned picture.",
    ),
    Reason.WRONG_ZONE: Meaning(
        vi="Sai vùng",
        en="Wrong zone",
        covers_vi="Có người hoặc phương tiện thật nhưng ngoài vùng cần giữ: vùng vẽ chưa đúng.",
        covers_en="A real person or vehicle, but outside what is to be guarded: the zone is drawn wrong.",
    ),
    Reason.OTHER: Meaning(
        vi="Lý do khác",
        en="Other",
        covers_vi="Không thuộc các lý do trên; ghi rõ trong ghi chú.",
        covers_en="None of the above; say what in the note.",
    ),
}
"""Every reason's written meaning, in the order of the number keys 1–9."""

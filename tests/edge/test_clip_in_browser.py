"""Clips play in Chromium: the camera's own H.264, what had to be coded anew, and working copies of the rest."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from edge import mp4, working_copy
from tests.support import needs
from tests.support.coded import a_video, packets_of

PAGE = """<!doctype html><video id="v" muted></video><script>
async function look(src) {
  const video = document.getElementById("v");
  const can = video.canPlayType('video/mp4; codecs="avc1.64001f"');
  const wait = (name) => new Promise((good, bad) => {
    video.addEventListener(name, good, {once: true});
    video.addEventListener("error", () => bad(new Error(video.error.message)), {once: true});
  });
  const loaded = wait("loadeddata");
  video.src = src;
  await loaded;
  const seeked = wait("seeked");
  video.currentTime = video.duration / 2;
  await seeked;
  const ended = wait("ended");
  video.currentTime = video.duration - 0.3;
  await video.play();
  await ended;
  const decoded = video.getVideoPlaybackQuality().totalVideoFrames;
  return {can, width: video.videoWidth, duration: video.duration, decoded};
}
</script>"""


@pytest.mark.browser
def test_clips_play_seek_and_end_in_chromium(tmp_path: Path) -> None:
    sources = {
        "b-frames": packets_of(a_video(tmp_path / "b.mp4", options={"g": "10", "bf": "3"})),
        "annex-b": packets_of(tmp_path / "b.mp4", bitstream_filter="h264_mp4toannexb"),
        "coded-anew": packets_of(a_video(tmp_path / "m.avi", codec="mpeg2video", size=(161, 121))),
        "h265": packets_of(a_video(tmp_path / "h.mp4", codec="libx265", options={"x265-params": "log-level=none"})),
        "mpeg-4": packets_of(a_video(tmp_path / "4.avi", codec="mpeg4")),
        "motion-jpeg": packets_of(a_video(tmp_path / "j.avi", codec="mjpeg", pix_fmt="yuvj420p", options={})),
    }
    for name, packets in sources.items():
        mp4.write(packets, tmp_path / f"{name}.mp4")
    for name in ("h265", "mpeg-4", "motion-jpeg"):
        working_copy.make((tmp_path / f"{name}.mp4").rename(tmp_path / name), tmp_path / f"{name}.mp4")
    (tmp_path / "page.html").write_text(PAGE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needs.chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto((tmp_path / "page.html").as_uri())
        seen = {name: page.evaluate("look", f"{name}.mp4") for name in sources}
        browser.close()
    for name, facts in seen.items():
        assert facts["can"] == "probably", "this Chromium has no H.264: the test would be blind"
        assert facts["width"] == 160, name
        assert facts["duration"] == pytest.approx(4.0, abs=0.11), name
        assert facts["decoded"] > 0, name

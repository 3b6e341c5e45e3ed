"""Opens HTML reports in headless Chromium, wide and narrow, light and dark, and prints them.

Usage: browse.py CHROMIUM FOLDER REPORT... Fails on anything in the console, on a page that is wider
than its window, and on a part that is not printed. Pictures go to the folder.
"""

import base64
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--no-default-browser-check", "--remote-debugging-pipe",
]


class Browser:
    """Chromium by its DevTools protocol over a pipe."""

    def __init__(self, program, profile):
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()

        def inherit():
            # The protocol is spoken on descriptors 3 and 4. Copied first: one of ours may be 3 or 4.
            spare_in, spare_out = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(spare_in, 3)
            os.dup2(spare_out, 4)

        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=inherit, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self.out, self.into = os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")
        self.numbers, self.said, self.rest, self.session = itertools.count(1), [], b"", None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime", "Network"):
            self.ask(f"{domain}.enable")

    def message(self):
        while b"\0" not in self.rest:
            read = os.read(self.out.fileno(), 1 << 20)
            if not read:
                sys.exit("Chromium ended")
            self.rest += read
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def note(self, message):
        method, about = message.get("method"), message.get("params", {})
        if method == "Log.entryAdded":
            self.said.append(about["entry"]["text"])
        elif method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            self.said.append(json.dumps(about)[:300])
        elif method == "Network.requestWillBeSent" and not about["request"]["url"].startswith("file:"):
            self.said.append(f"asked for {about['request']['url'][:100]}")
        return method

    def ask(self, method, **parameters):
        number = next(self.numbers)
        request = {"id": number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        self.into.write(json.dumps(request).encode() + b"\0")
        self.into.flush()
        while True:
            message = self.message()
            if message.get("id") == number:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]
            self.note(message)

    def open(self, path):
        """What the console says, once the page is loaded."""
        self.said.clear()
        self.ask("Page.navigate", url=path.resolve().as_uri())
        while self.note(self.message()) != "Page.loadEventFired":
            pass
        self.value("document.fonts.ready.then(() => 1)")
        return list(self.said)

    def value(self, expression):
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    def close(self):
        self.process.terminate()
        self.process.wait(10)


def picture(browser, path, width, scheme):
    browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=1600, deviceScaleFactor=1, mobile=width < 600)
    browser.ask("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-color-scheme", "value": scheme}])
    said = browser.open(path)
    if said:
        sys.exit(f"{path} at {width} px: {said[0]}")
    browser.value("for (const part of document.querySelectorAll('details')) part.open = true")
    wide = browser.value("document.documentElement.scrollWidth")
    if wide > width:
        sys.exit(f"{path} is {wide} px wide in a window of {width}")
    browser.value("for (const part of document.querySelectorAll('table details')) part.open = false")
    colour = browser.value("getComputedStyle(document.body).backgroundColor")
    return base64.b64decode(browser.ask("Page.captureScreenshot")["data"]), colour


def unprinted(browser):
    """How many folded parts would not be printed."""
    browser.ask("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    browser.value("for (const part of document.querySelectorAll('details')) part.open = false")
    return browser.value(
        "[...document.querySelectorAll('details > :not(summary)')]"
        ".filter(part => !part.checkVisibility({contentVisibilityAuto: true}) || part.getClientRects().length === 0).length"
    ), browser.value("getComputedStyle(document.body).backgroundColor")


def main():
    program, folder, reports = sys.argv[1], Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]]
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(program, profile)
        try:
            broken = Path(profile) / "broken.html"
            policy = "default-src 'none'; style-src 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='"
            broken.write_text(f'<meta http-equiv="Content-Security-Policy" content="{policy}"><style>p{{}}</style><details><summary>a</summary><p>b</p></details>')
            if not browser.open(broken):
                sys.exit("a page that breaks its own policy went unseen, so a silent console proves nothing")
            if unprinted(browser)[0] != 1:
                sys.exit("a folded part of a page without styles went unseen")
            for report in reports:
                colours = {}
                for width, scheme in itertools.product((1280, 390), ("light", "dark")):
                    shot, colours[scheme] = picture(browser, report, width, scheme)
                    (folder / f"{report.stem}-{width}-{scheme}.png").write_bytes(shot)
                if colours["light"] == colours["dark"]:
                    sys.exit(f"{report} has no dark scheme")
                hidden, paper = unprinted(browser)
                if hidden or paper != "rgb(255, 255, 255)":
                    sys.exit(f"{report}: {hidden} parts are not printed, on {paper}")
                pdf = base64.b64decode(browser.ask("Page.printToPDF")["data"])
                (folder / f"{report.stem}.pdf").write_bytes(pdf)
                pages = pdf.count(b"/Type /Page\n")
                print(f"chromium: {report.name}: nothing in the console at 1280 and 390 px, {pages} pages of paper")
        finally:
            browser.close()


main()

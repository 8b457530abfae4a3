"""A real browser: Debian's chromium by the WebDriver protocol (w3.org/TR/webdriver2) of its chromedriver."""

import json
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars"]
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "ArrowUp": "\ue013", "ArrowDown": "\ue015", "ArrowLeft": "\ue012", "ArrowRight": "\ue014",
        "Tab": "\ue004", "Backspace": "\ue003", "Home": "\ue011"}


class Browser:
    """Opens pages, clicks, presses keys, reads what is there. As a context manager it ends the browser."""

    def __init__(self, width=1280, height=900, dark=False):
        self.folder = tempfile.TemporaryDirectory(prefix="memprof-browser.")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.base = f"http://127.0.0.1:{self._port()}"
        flags = FLAGS + [f"--user-data-dir={self.folder.name}/profile", f"--window-size={width},{height}"]
        flags += ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []
        capabilities = {"browserName": "chrome", "goog:chromeOptions": {"args": flags, "prefs": {"download.default_directory": self.folder.name}},
                        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        self.session = ""
        self.session = "/session/" + self.ask("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})["sessionId"]

    def _port(self):
        for line in self.driver.stdout:
            if "successfully on port" in line:
                return int(line.rsplit(" ", 1)[1].rstrip(".\n"))
        raise RuntimeError("chromedriver did not start; scripts/deps test installs chromium-driver")

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + self.session + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {json.load(error)['value']['message']}") from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.folder.cleanup()

    def open(self, url):
        """A page of memprof's, until it has shown itself."""
        self.ask("POST", "/url", {"url": "about:blank"})
        self.ask("POST", "/url", {"url": url})
        self.until("document.documentElement.hasAttribute('data-ready')")

    def run(self, script, *arguments):
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def until(self, expression):
        """Waits until it is true: a limit for what never comes, not a measurement."""
        for _ in range(400):
            value = self.run(f"return {expression}")
            if value:
                return value
            time.sleep(0.025)
        raise AssertionError(f"never true: {expression}")

    def find(self, selector):
        return self.ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.ask("POST", f"/element/{self.find(selector)}/click", {})

    def click_at(self, selector, x, y):
        """x, y: pixels from the element's upper left corner."""
        place = self.run("const r = document.querySelector(arguments[0]).getBoundingClientRect(); return [r.left, r.top]", selector)
        move = {"type": "pointerMove", "duration": 0, "x": round(place[0] + x), "y": round(place[1] + y)}
        actions = [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.ask("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": actions}]})

    def drag(self, selector, x, to_x, y=60):
        place = self.run("const r = document.querySelector(arguments[0]).getBoundingClientRect(); return [r.left, r.top]", selector)
        at = [{"type": "pointerMove", "duration": 0, "x": round(place[0] + each), "y": round(place[1] + y)} for each in (x, (x + to_x) / 2, to_x)]
        actions = [at[0], {"type": "pointerDown", "button": 0}, *at[1:], {"type": "pointerUp", "button": 0}]
        self.ask("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": actions}]})

    def type(self, selector, text):
        self.ask("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def press(self, *names):
        for name in names:
            key = KEYS.get(name, name)
            self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
                {"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]}]})

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0]).textContent", selector)

    def choose(self, selector, value):
        self.run("const e = document.querySelector(arguments[0]); e.value = arguments[1]; e.dispatchEvent(new Event('change', {bubbles: true}))",
                 selector, value)

    def back(self):
        self.ask("POST", "/back", {})

    def resize(self, width, height):
        """The viewport, which a window of chromium's cannot make narrower than 500 pixels."""
        self.ask("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}})

    def media(self, **features):
        self.ask("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
            "features": [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]}})

    def console(self):
        """The console's messages since it was asked last."""
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]

    def requests(self):
        """The addresses that the page asked the network for since this was asked last."""
        events = [json.loads(entry["message"])["message"] for entry in self.ask("POST", "/se/log", {"type": "performance"})]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def screenshot(self, path):
        import base64
        Path(path).write_bytes(base64.b64decode(self.ask("GET", "/screenshot")))

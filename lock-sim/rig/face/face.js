// The door as a page: what the rig tells is drawn, what a hand does is asked of the rig. Nothing is decided here.

const SIGNAL_MS = 2_500;
const LOG_ROWS_MAX = 200;
const BATTERY_EMPTY_MILLIVOLT = 4_000;
const BATTERY_FULL_MILLIVOLT = 6_000;
/** The lock's notes to itself (intent, done), and what bolt and door do: that is said of the state. */
const UNSAID_TYPES = [2, 3, 4, 5, 7, 8];
const DAY_MS = 24 * 3600 * 1000;

const SIGNALS = {
  granted: "Green light: granted.",
  refused: "Red light: refused.",
  "locked-out": "Red light: the keypad is locked out for a while.",
  pairing: "Blue light: pairing mode is on.",
  identify: "Blue light: here I am.",
  "low-battery": "Amber light: the battery is low.",
  ajar: "Amber light: the door has stood open too long.",
};

const byId = (id) => document.getElementById(id);
const body = document.body.dataset;

/** The newest state that the rig told; undefined until then. */
let state;

// Asking

/** One request after the other: keys arrive in the order in which they were pressed. */
let lastRequest = Promise.resolve();

function ask(method, path, fields) {
  lastRequest = lastRequest.then(async () => {
    try {
      const response = await fetch(path, {
        method,
        ...(fields && { headers: { "content-type": "application/json" }, body: JSON.stringify(fields) }),
      });
      const answer = await response.json();
      if (response.ok) draw(answer);
      byId("trouble").textContent = response.ok ? "" : sentence(answer.detail);
    } catch {
      byId("trouble").textContent = "The rig does not answer.";
    }
  });
  return lastRequest;
}

const post = (path, fields = {}) => ask("POST", path, fields);

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

// Hands

byId("door").addEventListener("click", () => post("/v1/door", { open: state?.door === "closed" }));
byId("thumb").addEventListener("click", () => post("/v1/thumb-turn"));
byId("pairing").addEventListener("click", () => post("/v1/pairing-button"));
byId("battery").addEventListener("click", () => post("/v1/power", { offMs: state?.hasPower ? DAY_MS : 0 }));
byId("lose-clock").addEventListener("click", () => post("/v1/clock", { lose: true }));
byId("tag-away").addEventListener("click", () => ask("DELETE", "/v1/tag"));
byId("millivolt").addEventListener("change", ({ target }) => post("/v1/battery", { millivolt: Number(target.value) }));
byId("millivolt").addEventListener("input", ({ target }) => {
  byId("millivolt-text").textContent = volts(Number(target.value));
});

onSwitch("privacy", (on) => post("/v1/privacy", { on }));
onSwitch("case", (open) => post("/v1/tamper", { open }));
onSwitch("jam", (jam) => post("/v1/faults", { jam }));
onSwitch("link", (isDown) => post("/v1/faults", { link: { isDown } }));

function onSwitch(id, turn) {
  byId(id).addEventListener("click", ({ currentTarget }) => turn(currentTarget.ariaChecked !== "true"));
}

for (const button of document.querySelectorAll("button[data-tag]")) {
  button.addEventListener("click", () => {
    const uid = byId("uid").value.toLowerCase().replaceAll(/[\s:]/g, "");
    post("/v1/tag", { uid, kind: button.dataset.tag });
  });
}

const keypad = byId("keypad");
keypad.addEventListener("click", ({ target }) => {
  if (target.dataset.key) press(target.dataset.key);
});
keypad.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !/^[0-9*#]$/.test(event.key)) return;
  event.preventDefault();
  press(event.key);
});

let typed = "";

function press(key) {
  typed = key === "*" || key === "#" ? "" : typed + key;
  // A no-break space keeps the height.
  byId("typed").textContent = "•".repeat(typed.length) || "\u00a0";
  post("/v1/keypad", { keys: key });
}

// Looking

function draw(now) {
  state = now;
  const { hasPower, bolt, door, tag, privacy, tamper, faults, battery, pairingMode } = now;
  body.power = hasPower ? "on" : "off";
  body.bolt = bolt.position;
  body.door = door;
  body.tag = tag === null ? "away" : "in-field";
  body.jam = faults.jam;
  if (pairingMode) body.signal = "pairing";
  else if (body.signal === "pairing") delete body.signal;

  byId("lock-id").textContent = now.lockId;
  byId("label").textContent = now.label;
  byId("picture").textContent = inWords(now);
  byId("door").textContent = door === "closed" ? "Open the door" : "Close the door";
  byId("thumb-text").textContent =
    bolt.position === "thrown" ? "Turn the thumb: draw the bolt" : "Turn the thumb: throw the bolt";
  byId("battery").textContent = hasPower ? "Pull the battery" : "Put the battery back";
  // Not `disabled`: that would take the focus from the hand that is on it.
  byId("pairing").ariaDisabled = String(!hasPower);
  byId("tag-away").ariaDisabled = String(tag === null);
  setSwitch("privacy", privacy);
  setSwitch("case", tamper);
  setSwitch("jam", faults.jam);
  setSwitch("link", faults.link.isDown);
  drawFacts(now, battery);
  drawAdvice(now);
}

function inWords({ hasPower, failure, bolt, door, privacy }) {
  const places = { thrown: "thrown", drawn: "drawn", between: "half way" };
  const parts = [`The door is ${door}`, `its bolt is ${places[bolt.position]}`];
  if (privacy) parts.push("somebody wants to be left alone");
  if (!hasPower) parts.push(failure ?? "the lock has no power");
  return `${parts.join(", ")}.`;
}

function setSwitch(id, on) {
  byId(id).ariaChecked = String(on);
}

function drawFacts({ hasPower, clock, slots, epoch, grantIds, log, energy }, { millivolt }) {
  const share = (millivolt - BATTERY_EMPTY_MILLIVOLT) / (BATTERY_FULL_MILLIVOLT - BATTERY_EMPTY_MILLIVOLT);
  byId("charge").style.width = `${hasPower ? 100 * Math.min(1, Math.max(0.04, share)) : 0}%`;
  const lasts = `a fresh one lasts about ${Math.round(energy.batteryDays)} days`;
  byId("battery-text").textContent = hasPower ? `${volts(millivolt)}; ${lasts}` : "not in the lock";
  byId("millivolt-text").textContent ||= volts(Number(byId("millivolt").value));
  byId("clock").textContent = clock ? `${utc(clock.seconds)}${clock.isUncertain ? ", uncertain" : ""}` : "—";
  byId("slots").replaceChildren(...(slots ?? []).map(slotDot));
  const paired = slots?.filter((slot) => slot.state !== "empty").length;
  byId("slots-text").textContent = slots ? `${paired} of ${slots.length}` : "—";
  byId("grants").textContent = grantIds ? `${grantIds.length}, roster ${epoch}` : "—";
  byId("log-text").textContent = log
    ? `${log.seq} in this generation, ${log.receiptedThrough} of them safe at a backend.`
    : "";
}

function slotDot({ state: kind }) {
  const dot = document.createElement("i");
  dot.className = kind;
  return dot;
}

function drawAdvice({ hasPower, slots, siteSecrets }) {
  const advice = byId("advice");
  const isPaired = slots?.some((slot) => slot.state === "paired");
  advice.hidden = !hasPower || siteSecrets;
  advice.textContent = isPaired
    ? "This lock has no site secrets yet, so no tag and no PIN can open it: the first grant with one brings them."
    : "This lock belongs to nobody yet, so no tag and no PIN can open it. Press the pairing button inside and pair it with a gateway by its label.";
}

function volts(millivolt) {
  return `${(millivolt / 1000).toFixed(2)} V`;
}

function utc(seconds) {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** What is said in one breath stands together: a screen reader would miss all but the last of it. */
const BREATH_MS = 700;
let breath = { beganMs: Number.NEGATIVE_INFINITY, text: "" };

function say(text) {
  const nowMs = performance.now();
  const isSame = nowMs - breath.beganMs < BREATH_MS;
  breath = isSame ? { ...breath, text: `${breath.text} ${text}` } : { beganMs: nowMs, text };
  byId("now").textContent = breath.text;
}

// The log

const rows = new Set();

function addRecord(record, isNew) {
  const { generation, seq, time, event, why, type, flags } = record;
  const place = `${generation}-${seq}`;
  if (rows.has(place)) return "";
  rows.add(place);
  const text = [event, flags & 2 ? "by hand" : "", why ? `(${why})` : ""].filter(Boolean).join(" ");
  const row = document.createElement("li");
  row.className = isNew ? "new" : "";
  row.append(cell("span", "seq", generation === 0 ? seq : `${generation}·${seq}`));
  row.append(cell("span", toneOf(type, why), text));
  row.append(cell("time", "", utc(time).slice(11, 19)));
  row.lastChild.dateTime = new Date(time * 1000).toISOString();
  row.lastChild.title = utc(time);
  byId("log").prepend(row);
  while (byId("log").childElementCount > LOG_ROWS_MAX) byId("log").lastChild.remove();
  return text;
}

function cell(name, className, text) {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Unlocked is good news; refused, forced, wrong, tampered, jammed are not. */
function toneOf(type, why) {
  if (why || [6, 9, 11, 12, 13, 15].includes(type)) return "bad";
  return type === 4 ? "good" : "";
}

async function readLog() {
  const response = await fetch("/v1/log");
  if (!response.ok) return;
  const { records } = await response.json();
  for (const record of records) addRecord(record, false);
}

// Following

let signalTimer;
let saidOfState;
let readFirst;
const events = new EventSource("/v1/state/stream");

events.addEventListener("open", () => {
  byId("trouble").textContent = "";
  // The stream is open by now: nothing falls between what was and what comes. Rows stand once, and in order.
  readFirst ??= readLog();
});
events.addEventListener("error", () => {
  byId("trouble").textContent = "The lock’s emulator does not answer; trying again.";
});
events.addEventListener("state", ({ data }) => {
  draw(JSON.parse(data));
  const words = inWords(state);
  // Where the bolt is on its way to will be said when it is there.
  if (state.bolt.isDriven || words === saidOfState) return;
  saidOfState = words;
  say(words);
});
events.addEventListener("signal", ({ data }) => {
  const { signal } = JSON.parse(data);
  clearTimeout(signalTimer);
  body.signal = signal;
  if (SIGNALS[signal]) say(SIGNALS[signal]);
  signalTimer = setTimeout(() => {
    if (state?.pairingMode) body.signal = "pairing";
    else delete body.signal;
  }, SIGNAL_MS);
});
events.addEventListener("record", async ({ data }) => {
  await readFirst;
  const record = JSON.parse(data);
  const text = addRecord(record, true);
  if (text && !UNSAID_TYPES.includes(record.type)) say(sentence(text));
});

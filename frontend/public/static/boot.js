// What the page itself is made of has nobody to ask for it again, where the network dropped a part of it (a browser gives
// up what is on its way when an interface of its machine comes or goes): then the page is loaded anew, a few times a minute.
(() => {
  const MOST = 5;
  const WITHIN_MS = 60_000;
  const lately = () => {
    try {
      return JSON.parse(sessionStorage.getItem("loaded-anew") ?? "[]").filter((at) => Date.now() - at < WITHIN_MS);
    } catch {
      return Array(MOST).fill(0); // Storage is switched off: nobody would count.
    }
  };
  const again = ({ target }) => {
    if (!(target instanceof HTMLScriptElement || target instanceof HTMLLinkElement)) return;
    if (document.getElementById("root")?.childElementCount) return; // The page is there; its late parts look after themselves.
    const before = lately();
    if (before.length >= MOST) return;
    sessionStorage.setItem("loaded-anew", JSON.stringify([...before, Date.now()]));
    removeEventListener("error", again, true);
    setTimeout(() => location.reload(), 300);
  };
  addEventListener("error", again, true);
})();

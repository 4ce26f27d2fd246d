"use strict";
// The way in. The address that was printed ends in a secret, which this tab keeps and its scripts send in a header.
// A browser sends it nowhere by itself: a cookie would go to every port of this machine, whoever serves there.
const door = (() => {
  const STORE = "tracker desk secret";
  const NOT_YET = 202;
  const AGAIN = [undefined, NOT_YET, 503];

  function takeSecret() {
    const secret = new URLSearchParams(location.hash.slice(1)).get("token");
    if (!secret) return false;
    sessionStorage.setItem(STORE, secret);
    history.replaceState(null, "", location.pathname + location.search);
    return true;
  }

  takeSecret();
  // The address of a server that was started again, opened in the tab of the one before: nothing else loads the page.
  addEventListener("hashchange", () => takeSecret() && location.reload());

  async function ask(path, body) {
    const headers = { "x-tracker-desk": sessionStorage.getItem(STORE) || "" };
    const options = { credentials: "omit", cache: "no-store", headers };
    if (body) {
      options.method = "POST";
      options.body = JSON.stringify(body);
      headers["content-type"] = "application/json";
    }
    const reply = await fetch(path, { ...options, signal: AbortSignal.timeout(60000) });
    if (!reply.ok || reply.status === NOT_YET) throw Object.assign(new Error((await reply.text()).trim()), { status: reply.status });
    return reply.json();
  }

  function explain({ status, message }) {
    if (status === 403 && !sessionStorage.getItem(STORE)) return "This tab does not know you: open the address that the server printed for you.";
    if (status === 403) return "The server was started again: open the address that it printed for you.";
    return status ? message : "No connection to the server.";
  }

  return { NOT_YET, ask, explain, comesLater: ({ status }) => AGAIN.includes(status) };
})();

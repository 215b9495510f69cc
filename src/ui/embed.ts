import { createStore } from "zustand/vanilla";
import { isEmbedded } from "./embedded";
import { openLink } from "./openLink";
import { addressLink } from "./share";
import { setOpened } from "./stores/run";

/** A link that the embedding page wants to open, waiting for the person's word. */
export const requestStore = createStore<{ readonly origin: string; readonly link: string } | { readonly origin: null }>(
	() => ({ origin: null }),
);
/** Origins that the person has allowed since the page was opened. */
const trusted = new Set<string>();

/**
 * The contract with the embedding page: `{type: "ready"}` is sent to it once; `{type: "ping"}` is answered with `{type: "pong"}`; `{type: "open",
 * payload: "#1z…"}` opens a link, after the person allowed it for a foreign origin. Everything else is ignored.
 */
export function followEmbedding(): void {
	if (!isEmbedded || globalThis.parent === globalThis.window) return;
	addEventListener("message", ({ data, origin, source }) => {
		if (source !== parent || typeof data !== "object" || data === null) return;
		// A page without an origin of its own can only be answered openly.
		const targetOrigin = origin === "null" ? "*" : origin;
		if (data.type === "ping") parent.postMessage({ type: "pong" }, { targetOrigin });
		if (data.type !== "open" || typeof data.payload !== "string") return;
		if (origin === location.origin || trusted.has(origin)) open(data.payload);
		else requestStore.setState({ origin, link: data.payload }, true);
	});
	// Whoever embeds the page may know that it is there.
	parent.postMessage({ type: "ready" }, { targetOrigin: "*" });
}

/** The person's answer; a yes holds for the origin until the page is closed. */
export function answerRequest(allowed: boolean): void {
	const request = requestStore.getState();
	requestStore.setState({ origin: null }, true);
	if (!allowed || request.origin === null) return;
	trusted.add(request.origin);
	open(request.link);
}

/** Opens what the embedded page shows as a page of its own, where it can be run and shared. */
export function openWhole(): void {
	window.open(`${location.pathname}#${addressLink()}`, "_blank", "noopener");
}

function open(link: string): void {
	setOpened(openLink(link.slice(link.indexOf("#") + 1)));
}

import { createStore } from "zustand/vanilla";

/** What the browser keeps of the page itself. */
export interface Offline {
	/** The whole page is kept: it opens without a network. */
	readonly ready: boolean;
	/** A newer version is kept, too, and waits to take over. */
	readonly newer: ServiceWorker | null;
}

export const offlineStore = createStore<Offline>(() => ({ ready: false, newer: null }));

/** Has the browser keep the page, once it has nothing better to do, and watches for newer versions. A browser that keeps nothing loses nothing. */
export function followServiceWorker(): void {
	if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
	if (document.readyState === "complete") whenIdle();
	else addEventListener("load", whenIdle, { once: true });
}

function whenIdle(): void {
	const work = () => void register().catch(() => undefined);
	if ("requestIdleCallback" in globalThis) requestIdleCallback(work, { timeout: 10_000 });
	else setTimeout(work, 2000);
}

async function register(): Promise<void> {
	const registration = await navigator.serviceWorker.register(new URL("sw.js", document.baseURI));
	const tell = () => {
		const { active, waiting } = registration;
		// Without a version that shows this page there is nothing that a newer one would replace.
		offlineStore.setState({ ready: active !== null, newer: active ? waiting : null });
	};
	const follow = (worker: ServiceWorker | null) => worker?.addEventListener("statechange", tell);
	registration.addEventListener("updatefound", () => follow(registration.installing));
	follow(registration.installing);
	tell();
}

/** Shows the newer version: on the person's word alone, since the page is loaded anew. */
export function takeNewer(): void {
	const { newer } = offlineStore.getState();
	if (!newer) return;
	navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
	newer.postMessage("take-over");
}

/** Keeps the version on screen until the page is opened again. */
export function stayHere(): void {
	offlineStore.setState({ newer: null });
}

// The page without a network: the files of one build are kept by the browser, and answered from there. `viteOffline.mjs` puts the build's
// list in front of this text as `FILES`, paths relative to this script, and `VERSION`, a hash over them all. Policies of recordings are not in
// the list: they are kept when they are first asked for.
/* global FILES, VERSION */

const scope = self.registration.scope;
/** Other deployments of the same origin have caches of their own. */
const PREFIX = `ascribe ${scope} `;
const CACHE = PREFIX + VERSION;
/** The version before stays, for tabs that still show it and load a panel of it. */
const KEPT_VERSIONS = 2;
/** Files fetched at a time: the page itself is loading things, too. */
const AT_A_TIME = 6;

self.addEventListener("install", (event) => event.waitUntil(keepBuild()));
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([dropOldVersions(), self.clients.claim()])));
// The page asks when the person does: a run must not lose its page.
self.addEventListener("message", ({ data }) => {
	if (data === "take-over") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
	const { request } = event;
	if (request.method === "GET" && request.url.startsWith(scope)) event.respondWith(answer(request));
});

/** All files or none: a version that is not whole is tried again at the next visit. */
async function keepBuild() {
	const cache = await caches.open(CACHE);
	const left = [...FILES];
	const fetchers = Array.from({ length: AT_A_TIME }, async () => {
		for (let path = left.pop(); path !== undefined; path = left.pop()) await keep(cache, new URL(path, scope).href);
	});
	await Promise.all(fetchers);
}

async function keep(cache, url) {
	// Names in this folder carry a hash of the contents: what an earlier version has kept is the same.
	const known = url.startsWith(`${scope}assets/`) ? await caches.match(url) : undefined;
	const response = known ?? (await fetch(url, { cache: "no-cache" }));
	if (!response.ok) throw new Error(`${url} could not be fetched (${response.status}).`);
	// A page that was reached by a redirect may not answer a navigation.
	const { status, statusText, headers } = response;
	const plain = response.redirected ? new Response(await response.blob(), { status, statusText, headers }) : response;
	await cache.put(url, plain);
}

async function answer(request) {
	const url = new URL(request.url);
	const isPage = url.pathname === new URL(scope).pathname || url.pathname === new URL("index.html", scope).pathname;
	const key = isPage ? scope : url.origin + url.pathname;
	const own = await (await caches.open(CACHE)).match(key);
	if (own) return own;
	return key.endsWith(".policies") ? keptNow(request, key) : ((await fromOtherVersions(key)) ?? fetch(request));
}

/** From the network, to stay; without one, what an earlier version has kept, or no content: that there is no network is no error. */
async function keptNow(request, key) {
	try {
		const response = await fetch(request);
		if (response.ok) await (await caches.open(CACHE)).put(key, response.clone());
		return response;
	} catch {
		return (await fromOtherVersions(key)) ?? new Response(null, { status: 204 });
	}
}

async function fromOtherVersions(key) {
	for (const name of await versions()) {
		const found = await (await caches.open(name)).match(key);
		if (found) return found;
	}
	return undefined;
}

/** Caches of this deployment, oldest first. */
const versions = async () => (await caches.keys()).filter((name) => name.startsWith(PREFIX));

async function dropOldVersions() {
	for (const name of (await versions()).filter((name) => name !== CACHE).slice(0, -(KEPT_VERSIONS - 1)))
		await caches.delete(name);
}

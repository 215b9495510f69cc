/**
 * What the built page may load and run: its own files, and WebAssembly. Whatever text a link or a file carries, none of it becomes a script,
 * and nothing is sent anywhere. Styles may be inline: charts set them.
 */
const POLICY = [
	"default-src 'self'",
	"script-src 'self' 'wasm-unsafe-eval'",
	"style-src 'self' 'unsafe-inline'",
	"img-src 'self' data: blob:",
	"font-src 'self' data:",
	"connect-src 'self' data: blob:",
	"worker-src 'self'",
	"object-src 'none'",
	"base-uri 'none'",
	"form-action 'none'",
].join("; ");

/** Writes the policy into the page of a build; the development server has scripts of its own to run. */
export function contentPolicy() {
	return {
		name: "ascribe-content-policy",
		apply: "build",
		transformIndexHtml: () => [
			{ tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
		],
	};
}

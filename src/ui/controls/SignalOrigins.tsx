import type { JSX } from "react";
import type { Origin } from "../../engine/training/origins";
import { intoView } from "./ParamField";

/** What a method or a writer reads beside rewards, and where each of it comes from, or why it is missing. */
export function SignalOrigins({ origins }: { readonly origins: readonly Origin[] }): JSX.Element {
	if (origins.length === 0) return <p className="origin">Reads rewards and returns alone.</p>;
	return (
		<>
			{origins.map((origin) =>
				origin.missing ? (
					<p key={origin.what} className="origin field-problem" role="alert" ref={intoView}>
						{origin.missing}
					</p>
				) : (
					<p key={origin.what} className="origin" title={origin.by.map(({ summary }) => summary).join(" ")}>
						Reads {origin.what}, from <b>{origin.from}</b>
						{origin.by.length > 0 ? ` (${origin.by.map(({ title }) => title).join(", then ")})` : ""}.
					</p>
				),
			)}
		</>
	);
}

import { type JSX, useId, useState } from "react";
import { ShareSheet } from "./ShareSheet";

/** A sheet with the link to what is on screen; each time it opens it is written anew. */
export function ShareButton(): JSX.Element {
	const id = useId();
	const [opened, setOpened] = useState(0);
	return (
		<>
			<button type="button" className="share" popoverTarget={id} onClick={() => setOpened(opened + 1)}>
				Share
			</button>
			<div id={id} popover="auto" className="chip-card share-card">
				<h3>Share these settings</h3>
				{opened > 0 ? <ShareSheet key={opened} /> : null}
			</div>
		</>
	);
}

import type { JSX } from "react";

const choose = (field: HTMLTextAreaElement | null) => {
	field?.focus();
	field?.select();
	field?.scrollIntoView?.({ block: "nearest" });
};

/** Text that the browser did not copy, selected so that a person can. */
export function ByHand({ text }: { readonly text: string }): JSX.Element {
	return (
		<span className="by-hand">
			<span role="status">
				The browser keeps its clipboard closed here. The text is selected: copy it by hand, with Ctrl+C or ⌘C.
			</span>
			<textarea key={text} ref={choose} aria-label="Text to copy" rows={3} readOnly value={text} />
		</span>
	);
}

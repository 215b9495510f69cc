import { currentComparison } from "./comparison";
import { copyText } from "./copyText";
import { shareLink } from "./share";
import { askForSides, moveChosenSibling } from "./siblings/pair";
import { isShown, showPanel } from "./stores/front";
import { moveRow } from "./stores/layout";
import { pinToken, selectionStore } from "./stores/selection";
import { viewStore } from "./stores/view";
import { pinSomething } from "./suspicious";

/** Pins the next or previous token of the policy; from the end of a rollout it goes on in the next one of the group. */
export function moveToken(by: 1 | -1): void {
	const comparison = currentComparison();
	if (!comparison) return;
	const { batch, members } = comparison;
	const places = members.flatMap((rollout) =>
		Array.from({ length: batch.lengths[rollout] as number }, (_, token) => ({ rollout, token })).filter(
			({ token }) => batch.actionMask[rollout * batch.T + token] === 1,
		),
	);
	const { pinned } = selectionStore.getState();
	const at = places.findIndex((p) => p.rollout === pinned?.rollout && p.token === pinned.token);
	const to = at < 0 ? (by === 1 ? 0 : places.length - 1) : (at + by + places.length) % places.length;
	const place = places[to];
	if (place) pinToken(place.rollout, place.token);
}

/** Moves the row of the method whose error is shown; that of the method that trained stays first. */
export function moveSelectedRow(by: 1 | -1): void {
	const { method } = viewStore.getState();
	if (method !== null) moveRow(method, by);
}

/** Pins the same place of the next or previous rollout of the group, or its last token if it is shorter. */
export function moveSibling(by: 1 | -1): void {
	const comparison = currentComparison();
	if (!comparison) return;
	const { batch, members } = comparison;
	const { pinned } = selectionStore.getState();
	const at = pinned ? members.indexOf(pinned.rollout) : by === 1 ? -1 : 0;
	const rollout = members[(at + by + members.length) % members.length];
	if (rollout === undefined) return;
	const last = (batch.lengths[rollout] as number) - 1;
	pinToken(rollout, Math.min(pinned?.token ?? 0, last));
}

/** Shows the pinned rollout side by side with a sibling; if it is shown already, with the next one. */
export function besideSibling(): void {
	pinSomething();
	if (isShown("siblings")) moveChosenSibling(1);
	else {
		askForSides();
		showPanel("siblings");
	}
}

/** Puts the pinned token into view, in the strip and wherever else it is marked. */
export function followPinIntoView(): void {
	selectionStore.subscribe(({ pinned }, before) => {
		if (pinned === before.pinned || !pinned) return;
		requestAnimationFrame(() =>
			document.querySelector('.token[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }),
		);
	});
}

/** Copies the link to the present settings and layout; where the browser lets no page copy, opens the sheet that shows it. */
export function copyLink(): void {
	const { link } = shareLink(location.href.replace(/[?#].*$/, ""), { withName: true });
	void copyText(link).then((done) => {
		if (!done) document.querySelector<HTMLElement>("button.share")?.click();
	});
}

/** Puts the cursor into the filter of the panel at hand, if one is on screen. */
export function focusFilter(): void {
	const filters = document.querySelectorAll<HTMLInputElement>('.panel input[type="search"]');
	[...filters].find((input) => input.offsetParent !== null)?.focus();
}

/** Opens the export sheet of the panel that has the focus, or else of the first that has one. */
export function openExport(): void {
	const panel = document.activeElement?.closest(".panel");
	const button =
		panel?.querySelector<HTMLElement>("[data-export]") ?? document.querySelector<HTMLElement>("[data-export]");
	button?.click();
}

/** Opens the list of methods whose rows may stand under the text. */
export function openMethods(): void {
	document.querySelector<HTMLElement>("[data-methods-menu]")?.click();
}

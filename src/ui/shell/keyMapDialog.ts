export const KEY_MAP_ID = "key-map";

/** Opens the list of all keys. */
export function openKeyMap(): void {
	const dialog = document.getElementById(KEY_MAP_ID);
	if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

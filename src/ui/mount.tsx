import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import type { FilesApi } from "../workers/filesApi";
import type { LabApi } from "../workers/labApi";
import type { TrainerApi } from "../workers/trainerApi";
import { App } from "./App";
import { followAddress } from "./address";
import { creditCss } from "./charts/creditColours";
import { followEmbedding } from "./embed";
import { isEmbedded } from "./embedded";
import { connectExact } from "./exact";
import { followWantedFile } from "./files/linkedFile";
import { connectFiles } from "./files/openFiles";
import { firstPicture, followFirstPicture } from "./firstPicture";
import { after } from "./frame";
import { followHistory } from "./history";
import { followInput } from "./input";
import { connectLab } from "./lab";
import { followLinkedSelection } from "./linkedSelection";
import { followPinIntoView } from "./moves";
import { followServiceWorker } from "./offline/serviceWorker";
import { openLink, openQuery } from "./openLink";
import { followPreset } from "./recording/player";
import { followErrors } from "./runs/errorCurves";
import { connect } from "./session";
import { welcome } from "./shell/coach";
import { followRunInTitle, followTheme } from "./shell/document";
import { followDrops } from "./shell/dropZone";
import { mountHoverCard } from "./shell/hoverCard";
import { followShortcuts } from "./shell/shortcuts";
import { followSpeeds } from "./speeds";
import { connectImports } from "./storage/keepImports";
import { followRuns } from "./storage/keepRuns";
import { setOpened } from "./stores/run";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/panels.css";
import "./styles/timeline.css";
import "./styles/layouts.css";
import "./styles/library.css";
import "./styles/data.css";

/** Puts the workbench on the page, with `trainer` behind its buttons, `lab` behind its comparisons and `files` behind what a person brings. */
export function mount(trainer: TrainerApi, lab: LabApi, files: FilesApi): void {
	const colours = document.createElement("style");
	colours.textContent = creditCss();
	document.head.append(colours);
	setOpened(openLink(location.hash) ?? openQuery(location.search));
	followTheme();
	followRunInTitle();
	followShortcuts();
	followInput();
	connectLab(lab);
	connectExact(lab, trainer);
	connectFiles(files, lab);
	connectImports(files);
	followEmbedding();
	if (!isEmbedded) {
		followDrops();
		followRuns();
		followServiceWorker();
	}
	followErrors();
	followSpeeds();
	followLinkedSelection();
	const recorded = followPreset();
	followWantedFile(!isEmbedded);
	followHistory();
	followPinIntoView();
	if (!isEmbedded) welcome();
	const shown = Promise.race([recorded, after(LONGEST_WAIT_MS)]).then(render);
	if (!isEmbedded) void shown.then(followAddress);
	void connect(trainer, firstPicture);
}

/** The page with its recording is drawn once instead of twice, unless the recording takes longer than this. */
const LONGEST_WAIT_MS = 250;

function render(): void {
	flushSync(() => createRoot(document.getElementById("root") as HTMLElement).render(<App />));
	mountHoverCard(document.body);
	followFirstPicture();
}

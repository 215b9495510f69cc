// Finds a Chromium and the software Vulkan driver that lies beside it.
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

const USUAL = {
	linux: [
		"/usr/bin/chromium",
		"/usr/bin/chromium-browser",
		"/usr/bin/google-chrome",
		"/usr/bin/google-chrome-stable",
		"/opt/google/chrome/chrome",
		"/snap/bin/chromium",
	],
	darwin: [
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
	],
	win32: [
		"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
		"C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
		"C:\\Program Files\\Chromium\\Application\\chrome.exe",
	],
};

/** Path of the browser: the variable CHROMIUM, then Playwright's own copy, then the usual places; null if there is none. */
export async function findChromium() {
	if (process.env.CHROMIUM) return existsSync(process.env.CHROMIUM) ? process.env.CHROMIUM : null;
	for (const path of USUAL[process.platform] ?? []) if (existsSync(path)) return path;
	try {
		const { chromium } = await import("@playwright/test");
		return existsSync(chromium.executablePath()) ? chromium.executablePath() : null;
	} catch {
		return null;
	}
}

/**
 * Environment in which the `webgpu` package finds a software Vulkan driver (SwiftShader, shipped with Chromium) when
 * the machine has no hardware adapter. Empty where nothing has to be set.
 */
export async function softwareVulkan() {
	if (process.platform !== "linux" || process.env.VK_ICD_FILENAMES) return {};
	const chromium = await findChromium();
	const places = ["/usr/lib/chromium", "/opt/google/chrome", "/usr/lib/chromium-browser"];
	if (chromium) places.unshift(dirname(realpathSync(chromium)));
	const home = places.find((place) => existsSync(join(place, "vk_swiftshader_icd.json")));
	if (!home) return {};
	return {
		VK_ICD_FILENAMES: join(home, "vk_swiftshader_icd.json"),
		LD_LIBRARY_PATH: [home, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":"),
	};
}

/**
 * Environment for GPU work outside the browser: nothing where the machine seems to have a hardware driver, so that it is
 * preferred; the software driver elsewhere, or wherever ASCRIBE_ADAPTER is "software".
 */
export async function adapterEnvironment() {
	if (process.env.ASCRIBE_ADAPTER !== "software" && hasHardwareDriver()) return {};
	return softwareVulkan();
}

function hasHardwareDriver() {
	if (process.platform !== "linux") return true;
	const device = list("/dev/dri").some((name) => name.startsWith("renderD")) || existsSync("/dev/nvidiactl");
	const folders = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
	return device && folders.some((folder) => list(folder).length > 0);
}

function list(folder) {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

declare module "virtual:build" {
	/** First 7 digits of the commit that the page was built from, or the version of the package. */
	const build: string;
	export default build;
}

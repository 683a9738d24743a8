import { useEffect } from "react";

/** Less than this is a browser's bar that comes and goes. */
const keyboardFrom = 120;

/** Safari on a phone lays its keyboard over the page; the page then takes the height that is left. Others make the page smaller themselves. */
export function useKeyboardSpace(): void {
  useEffect(() => {
    const view = window.visualViewport;
    const root = document.documentElement;
    if (!view) {
      return undefined;
    }
    const fit = (): void => {
      const covered = view.scale === 1 && root.clientHeight - view.height > keyboardFrom;
      if (covered) {
        root.style.setProperty("--page-height", `${view.height}px`);
        window.scrollTo(0, 0);
      } else {
        root.style.removeProperty("--page-height");
      }
    };
    view.addEventListener("resize", fit);
    return () => {
      view.removeEventListener("resize", fit);
      root.style.removeProperty("--page-height");
    };
  }, []);
}

// About how Teams shows a card: its fonts, colours and sizes in both themes, for the pictures of cards.

export type Theme = 'light' | 'dark';

const SANS = "'Segoe UI','Open Sans','DejaVu Sans',sans-serif";
const MONOSPACE = "'Cascadia Mono','DejaVu Sans Mono',monospace";
const FONT = {
  fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
  fontWeights: { lighter: 300, default: 400, bolder: 600 },
  lineHeights: { small: 16, default: 20, medium: 20, large: 24, extraLarge: 32 },
};

// Colours and sizes measured by eye from Teams' two themes; the client's own host config is not published.
const STYLES = ['default', 'accent', 'good', 'warning', 'attention', 'emphasis'] as const;
const PALETTES = {
  light: {
    page: '#f5f5f5',
    card: '#ffffff',
    border: '#e0e0e0',
    text: ['#242424', '#616161'],
    colors: ['#4f52b2', '#237b4b', '#835c00', '#b3263e'],
    fills: ['#e8ebfa', '#e7f2da', '#fbf6d9', '#fcecef', '#f5f5f5'],
  },
  dark: {
    page: '#1f1f1f',
    card: '#292929',
    border: '#3d3d3d',
    text: ['#ffffff', '#adadad'],
    colors: ['#a6a7f0', '#92c353', '#f8d22a', '#f28b97'],
    fills: ['#2f2f4a', '#1c2f1a', '#3a2f0b', '#421e24', '#1f1f1f'],
  },
} as const;

/** The renderer's host config in one of Teams' themes. */
export function hostConfig(theme: Theme) {
  const { card, text, colors, fills } = PALETTES[theme];
  const foregroundColors = {
    default: { default: text[0], subtle: text[1] },
    ...Object.fromEntries(
      colors.map((value, index) => [STYLES[index + 1], { default: value, subtle: value }]),
    ),
  };
  return {
    fontFamily: SANS,
    fontTypes: { default: { fontFamily: SANS, ...FONT }, monospace: { fontFamily: MONOSPACE, ...FONT } },
    ...FONT,
    spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
    separator: { lineThickness: 1, lineColor: PALETTES[theme].border },
    factSet: { title: { weight: 'Bolder', maxWidth: 150, wrap: true }, value: { wrap: true }, spacing: 16 },
    actions: { maxActions: 6, spacing: 'Default', buttonSpacing: 8, actionsOrientation: 'Horizontal' },
    containerStyles: Object.fromEntries(
      [card, ...fills].map((fill, index) => [STYLES[index], { backgroundColor: fill, foregroundColors }]),
    ),
  };
}

/**
 * The page around a card. Teams lets buttons that do not fit go on in the next row, which the renderer leaves to
 * its host (microsoft/AdaptiveCards issue 8792); inputs look about as Teams'.
 */
export function pageStyle(theme: Theme): string {
  const { page, card, border, text } = PALETTES[theme];
  return `body { margin: 0; }
    #card { box-sizing: border-box; padding: 12px; display: inline-block; background: ${page}; }
    .ac-adaptiveCard { border: 1px solid ${border}; border-radius: 8px; overflow: hidden; outline: none; }
    .ac-adaptiveCard p { margin: 0; }
    .ac-actionSet { flex-wrap: wrap; row-gap: 8px; }
    .ac-pushButton { background: ${card}; color: ${text[0]}; border: 1px solid ${border}; border-radius: 4px;
      padding: 5px 12px; font: 600 14px/20px ${SANS}; }
    .ac-input:not(.ac-choiceSetInput-expanded) { box-sizing: border-box; width: 100%; background: ${page};
      color: ${text[0]}; border: 1px solid ${border}; border-radius: 4px; padding: 5px 8px; font: 14px/20px ${SANS}; }
    .ac-input::placeholder { color: ${text[1]}; }`;
}

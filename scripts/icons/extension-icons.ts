// Which icons the Azure DevOps extension needs. A table, no logic.

export const ICON_SOURCE = 'infra/azure-devops-extension/images/icon.svg';

/** Path and size in pixels: the Marketplace wants 128, a task's `icon.png` has 32 (Azure DevOps' extension docs). */
export const EXTENSION_ICONS: readonly (readonly [path: string, sizePx: number])[] = [
  ['infra/azure-devops-extension/images/extension-icon.png', 128],
  ['infra/azure-devops-extension/PipeBotGate/icon.png', 32],
];

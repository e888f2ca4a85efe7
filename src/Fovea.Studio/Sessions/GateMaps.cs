using Fovea.Attention;
using Fovea.Inspect;
using Fovea.Studio.Serving;

namespace Fovea.Studio.Sessions;

/// <summary>The weights of a gate: a number for each channel, or for each position.</summary>
internal static class GateMaps
{
    /// <summary>The gate of a site.</summary>
    /// <param name="site">The site.</param>
    /// <param name="layer">Which channel or group of a gate that has a map for each; null for their mean.</param>
    /// <exception cref="StudioProblem">The site is no gate, or has no such layer.</exception>
    public static SiteMap Of(Site site, int? layer)
    {
        Tensor weights = site.Map switch
        {
            ChannelGate gate => gate.Weights,
            PositionGate gate => gate.Weights,
            ElementGate gate => gate.Weights,
            _ => throw StudioProblem.Wrong("site", "a gate, which has weights", site.Name),
        };
        (int height, int width) = site.Grid;
        int layers = site.Layers, each = height * width;
        float[] all = weights.ToArray<float>();
        float[] values = layers == 1
            ? all
            : layer is { } one
                ? all.AsSpan(StudioProblem.Check("layer", one, 0, layers - 1) * each, each).ToArray()
                : [.. Enumerable.Range(0, each).Select(i => Mean(all, layers, each, i))];
        return new SiteMap(new ScalarMap("gate", site.Name, height, width, values));
    }

    private static float Mean(float[] all, int layers, int each, int place)
    {
        double sum = 0;
        for (int layer = 0; layer < layers; layer++)
        {
            sum += all[(layer * each) + place];
        }

        return (float)(sum / layers);
    }
}

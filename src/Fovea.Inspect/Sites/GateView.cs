namespace Fovea.Inspect;

/// <summary>Maps of gates.</summary>
internal static class GateView
{
    public static ScalarMap Map(AttentionSite site, Tensor weights, MapView view)
    {
        SiteCheck.Unused(site, "head", view.Head is not null, "leave it out");
        SiteCheck.Unused(site, "a cell to look from", view.At is not null || view.Token is not null, "leave it out: the gate is one map");
        float[] all = weights.Narrow(0, view.Sample, 1).To(DType.Float32).ToArray<float>();
        int channels = site.Kind == SiteKind.ChannelGate ? 1 : site.Channels;
        if (view.Channel is { } channel)
        {
            SiteCheck.Index(site, "channel", channel, site.Kind == SiteKind.ChannelGate ? 0 : channels);
            return Of(site, all.AsSpan(channel * site.Keys.Cells, site.Keys.Cells).ToArray());
        }

        double[] mean = new double[site.Keys.Cells];
        for (int i = 0; i < all.Length; i++)
        {
            mean[i % mean.Length] += (double)all[i] / channels;
        }

        return Of(site, Array.ConvertAll(mean, static v => (float)v));
    }

    private static ScalarMap Of(AttentionSite site, float[] values) => new("gate", site.Name, site.Keys.Height, site.Keys.Width, values);
}

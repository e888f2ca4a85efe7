using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>Maps of relations: means of rows or columns, computed when they are asked for.</summary>
internal static class RelationView
{
    // Sums are taken in this many parts, whatever the number of threads, so that they are the same bits.
    private const int Parts = 16;

    public static ScalarMap Map(AttentionSite site, RelationMap relation, MapView view)
    {
        bool rows = view.Direction == MapDirection.AttendsTo;
        (SiteGrid looking, SiteGrid seen) = rows ? (site.Queries, site.Keys) : (site.Keys, site.Queries);
        int[] places = Places(site, looking, view) ?? [.. Enumerable.Range(0, looking.Prefix + looking.Cells)];
        string method = view is { At: null, Token: null, Channel: null } ? rows ? "received" : "given" : rows ? "attends-to" : "attended-by";
        if (view.Head is { } head)
        {
            SiteCheck.Index(site, "head", head, site.Heads);
        }

        int[] heads = view.Head is { } one ? [one] : [.. Enumerable.Range(0, site.Heads)];
        double[] mean = Mean(places.Length * heads.Length, seen.Prefix + seen.Cells, i =>
        {
            (int h, int place) = (heads[i / places.Length], places[i % places.Length]);
            return rows ? relation.Row(view.Sample, h, place) : relation.Column(view.Sample, h, place);
        });
        return new ScalarMap(method, site.Name, seen.Height, seen.Width, Array.ConvertAll(mean[seen.Prefix..], static v => (float)v));
    }

    /// <summary>What is looked from; null for everything.</summary>
    private static int[]? Places(AttentionSite site, SiteGrid grid, MapView view)
    {
        if (site.Kind == SiteKind.ChannelRelation)
        {
            SiteCheck.Unused(site, "cell", view.At is not null || view.Token is not null, "name a channel");
            if (view.Channel is { } channel)
            {
                SiteCheck.Index(site, "channel", channel, grid.Cells);
            }

            return view.Channel is { } one ? [one] : null;
        }

        SiteCheck.Unused(site, "channel", view.Channel is not null, "name a cell, or a head");
        if (view.Token is { } token)
        {
            SiteCheck.Index(site, "token", token, grid.Prefix);
            return [token];
        }

        if (view.At is not { } cells)
        {
            return null;
        }

        SiteCheck.Index(site, "row", cells.Y, grid.Height);
        SiteCheck.Index(site, "column", cells.X, grid.Width);
        SiteCheck.Index(site, "last row", cells.Y + Math.Max(1, cells.Height) - 1, grid.Height);
        SiteCheck.Index(site, "last column", cells.X + Math.Max(1, cells.Width) - 1, grid.Width);
        return [.. from y in Enumerable.Range(cells.Y, Math.Max(1, cells.Height))
                   from x in Enumerable.Range(cells.X, Math.Max(1, cells.Width))
                   select grid.Prefix + (y * grid.Width) + x];
    }

    private static double[] Mean(int count, int length, Func<int, float[]> line)
    {
        if (count == 1)
        {
            return Array.ConvertAll(line(0), static v => (double)v);
        }

        double[][] sums = new double[Parts][];
        Parallel.For(0, Parts, part =>
        {
            double[] sum = sums[part] = new double[length];
            for (int i = (int)((long)count * part / Parts); i < (int)((long)count * (part + 1) / Parts); i++)
            {
                float[] values = line(i);
                for (int j = 0; j < length; j++)
                {
                    sum[j] += values[j];
                }
            }
        });
        double[] mean = new double[length];
        for (int j = 0; j < length; j++)
        {
            mean[j] = sums.Sum(s => s[j]) / count;
        }

        return mean;
    }
}

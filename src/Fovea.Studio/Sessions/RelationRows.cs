using Fovea.Attention;
using Fovea.Inspect;
using Fovea.Studio.Serving;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>Rows and columns of a relation for the page: of one cell or the mean of a region, of one head or the mean of all.</summary>
internal static class RelationRows
{
    private const int MostCells = 4096;

    /// <summary>What a cell or a region attends to, or is attended by.</summary>
    /// <exception cref="StudioProblem">The site is no relation, or there is no such cell, head or token.</exception>
    public static SiteMap Row(Site site, RowQuery query)
    {
        if (site.Map is not RelationMap relation)
        {
            throw StudioProblem.Wrong("site", "a relation, which has rows", site.Name);
        }

        bool isRow = StudioProblem.Check("direction", query.Direction, "to", "by") == "to";
        (RelationGrid from, RelationGrid other) = isRow ? (relation.Queries, relation.Keys) : (relation.Keys, relation.Queries);
        int[] cells = Cells(from, query);
        int[] heads = query.Head is { } head
            ? [StudioProblem.Check("head", head, 0, relation.Heads - 1)]
            : [.. Enumerable.Range(0, relation.Heads)];
        if ((long)cells.Length * heads.Length > MostCells)
        {
            throw StudioProblem.Wrong("region", $"at most {MostCells} cells times heads", (long)cells.Length * heads.Length);
        }

        double[] sum = new double[other.Count];
        foreach (int h in heads)
        {
            foreach (int cell in cells)
            {
                float[] part = isRow ? relation.Row(0, h, cell) : relation.Column(0, h, cell);
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] += part[i];
                }
            }
        }

        float[] mean = Array.ConvertAll(sum, s => (float)(s / (cells.Length * heads.Length)));
        (int height, int width) = Site.Sides(other);
        var map = new ScalarMap(isRow ? "attends-to" : "attended-by", site.Name, height, width, mean[other.Prefix..]);
        return new SiteMap(map) { Before = other.Prefix == 0 ? null : mean[..other.Prefix] };
    }

    private static int[] Cells(RelationGrid grid, RowQuery query)
    {
        if (query.Token is { } token)
        {
            return [StudioProblem.Check("token", token, 0, grid.Prefix - 1)];
        }

        (int height, int width) = Site.Sides(grid);
        int top = StudioProblem.Check("y", query.Y, 0, height - 1), left = StudioProblem.Check("x", query.X, 0, width - 1);
        int bottom = StudioProblem.Check("y2", query.Y2, top, height - 1, top), right = StudioProblem.Check("x2", query.X2, left, width - 1, left);
        return
        [
            .. Enumerable.Range(top, bottom - top + 1).SelectMany(y => Enumerable.Range(left, right - left + 1).Select(x => grid.Prefix + (y * width) + x)),
        ];
    }
}

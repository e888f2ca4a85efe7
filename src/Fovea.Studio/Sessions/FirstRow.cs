using Fovea.Inspect;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>What the middle cell of a session's first relation attends to.</summary>
/// <param name="Site">The relation's name.</param>
/// <param name="Y">The cell's row.</param>
/// <param name="X">The cell's column.</param>
/// <param name="Body">The map, as it is answered.</param>
internal sealed record FirstRow(string Site, int Y, int X, byte[] Body)
{
    /// <summary>Makes it; null where the session has no relation of places.</summary>
    public static FirstRow? Of(StudioSession session)
    {
        if (session.Sites.FirstOrDefault(s => s.Kind == SiteKind.PositionRelation) is not { } site)
        {
            return null;
        }

        (int y, int x) = (site.Queries.Height >> 1, site.Queries.Width >> 1);
        var query = new RowQuery(y, x, null, null, null, null, "to");
        return new FirstRow(site.Name, y, x, Maps.Answer(SiteViews.Row(site, query)).ToBytes());
    }
}

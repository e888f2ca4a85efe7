namespace Fovea.Inspect;

/// <summary>What sites refuse.</summary>
internal static class SiteCheck
{
    /// <exception cref="OptionException">There is no such thing.</exception>
    public static void Index(AttentionSite site, string what, int index, int count)
    {
        if (index < 0 || index >= count)
        {
            throw new OptionException(site.Name, count == 0 ? $"{what} {index}: there are none." : $"{what}: expected 0 to {count - 1}, got {index}.");
        }
    }

    /// <exception cref="OptionException">The site's maps cannot be asked for that.</exception>
    public static void Unused(AttentionSite site, string what, bool isGiven, string instead)
    {
        if (isGiven)
        {
            throw new OptionException(site.Name, $"{what}: a {site.Kind} has none; {instead}.");
        }
    }
}

namespace Fovea.Site.Links;

/// <summary>A link that leads nowhere.</summary>
/// <param name="File">Where it stands, relative to the folder that was checked.</param>
/// <param name="Line">On which line, from 1.</param>
/// <param name="Target">What it says.</param>
/// <param name="Reason">What is wrong with it.</param>
internal sealed record DeadLink(string File, int Line, string Target, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}({Line}): {Target}: {Reason}";
}

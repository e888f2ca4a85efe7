namespace Fovea;

/// <summary>A network that says which of its parameters belong to the last layer, which has a row for each class. Of others names tell.</summary>
public interface IHasHead
{
    /// <summary>The names of those parameters; empty for a network that gives features.</summary>
    IReadOnlyCollection<string> HeadParameters { get; }

    /// <summary>The one among them whose first axis counts the classes; null (default) where that is not known.</summary>
    string? HeadWeight => null;
}

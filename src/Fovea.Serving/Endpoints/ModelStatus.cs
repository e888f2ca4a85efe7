namespace Fovea.Serving.Endpoints;

/// <summary>The models that are served.</summary>
internal sealed record ModelList(IReadOnlyList<ModelStatus> Models);

/// <summary>A model that is served.</summary>
/// <param name="Name">Its name in addresses.</param>
/// <param name="Title">What it is.</param>
/// <param name="Task">What it was trained for.</param>
/// <param name="Gives">What it gives, in words.</param>
/// <param name="Version">The beginning of the SHA-256 of its weights.</param>
/// <param name="Loaded">When they were read.</param>
/// <param name="InputShape">What it sees of each picture: [channels, height, width].</param>
/// <param name="Preprocessing">What is done to pictures, in words.</param>
/// <param name="Classes">The names of its classes.</param>
/// <param name="Waiting">How many pictures wait or are computed.</param>
/// <param name="Notes">What is to be known before its answers are believed.</param>
internal sealed record ModelStatus(
    string Name, string Title, string Task, string Gives, string Version, DateTimeOffset Loaded, IReadOnlyList<int> InputShape, string Preprocessing, IReadOnlyList<string> Classes,
    int Waiting, IReadOnlyList<string> Notes)
{
    /// <summary>Why newer weights were not taken; left out where they were, or there are none.</summary>
    public string? Failure { get; init; }
}

/// <summary>How the server is.</summary>
/// <param name="Status"><c>live</c>, <c>ready</c>, <c>starting</c> or <c>stopping</c>.</param>
internal sealed record Health(string Status);

namespace Fovea.Studio.Wire;

/// <summary>Which model to open: one of path, shipped and catalogue.</summary>
internal sealed record OpenModel
{
    /// <summary>A file of weights or the folder of a run, below the studio's folder.</summary>
    public string? Path { get; init; }

    /// <summary>A model that comes with the program.</summary>
    public string? Shipped { get; init; }

    /// <summary>A model of the catalogue, alone or with a mechanism before it: <c>cbam_resnet18</c>. Its weights are drawn.</summary>
    public string? Catalogue { get; init; }

    /// <summary>For foreign weights: which model of the catalogue they are of.</summary>
    public string? Model { get; init; }

    /// <summary>Side of the square that the model sees, in pixels; null for what the weights say.</summary>
    public int? ImageSize { get; init; }
}

/// <summary>Which model is to look at which picture.</summary>
/// <param name="Model">An open model.</param>
/// <param name="Image">A picture that was uploaded, or the name of a sample.</param>
internal sealed record OpenSession(string? Model, string? Image);

/// <summary>Which row of a relation.</summary>
/// <param name="Y">The row of the cell.</param>
/// <param name="X">Its column; of channels and sequences the place.</param>
/// <param name="Y2">The last row of a region; null for one cell.</param>
/// <param name="X2">The last column of a region.</param>
/// <param name="Token">A token before the grid, instead of a cell.</param>
/// <param name="Head">The head; null for the mean of all.</param>
/// <param name="Direction"><c>to</c>: what the cell attends to; <c>by</c>: what attends to it.</param>
internal sealed record RowQuery(int? Y, int? X, int? Y2, int? X2, int? Token, int? Head, string? Direction);

/// <summary>What to take away from a session's picture or model, to see what the answer owes to it.</summary>
internal sealed record AblateRequest
{
    /// <summary>A rectangle of the picture: top, left, bottom and right as shares of its sides.</summary>
    public double[]? Region { get; init; }

    /// <summary>A site whose relation something else takes the place of.</summary>
    public string? Site { get; init; }

    /// <summary>The head of it; null for all.</summary>
    public int? Head { get; init; }

    /// <summary>What takes its place: <c>off</c> (nothing), <c>identity</c> (each position itself) or <c>mean</c>.</summary>
    public string? Change { get; init; }
}

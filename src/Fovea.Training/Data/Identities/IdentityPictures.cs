namespace Fovea.Training.Data;

/// <summary>Some of the pictures of an <see cref="IdentityPictures"/>.</summary>
/// <param name="Pictures">The pictures by class.</param>
/// <param name="Role">What they do when retrieval is measured.</param>
/// <param name="Folder">What stands before their names, with a slash at the end.</param>
internal sealed record IdentityPart(IImageDataset Pictures, IdentityRole Role, string Folder = "");

/// <summary>Pictures whose classes are identities: one set in which each is looked for among all others, or queries and the gallery that is looked through.</summary>
internal sealed class IdentityPictures : IImageDataset
{
    private readonly IdentityPart[] _parts;
    private readonly int[][] _labels;

    /// <summary>Pictures that are looked for among each other.</summary>
    public IdentityPictures(IImageDataset pictures)
        : this(pictures.Source, new IdentityPart(pictures, IdentityRole.Both))
    {
    }

    /// <summary>Parts one after the other.</summary>
    /// <param name="source">What all of them are called.</param>
    /// <param name="parts">The parts; an identity is known by its name.</param>
    public IdentityPictures(string source, params IdentityPart[] parts)
    {
        (Source, _parts) = (source, parts);
        Classes = parts is [var only] ? only.Pictures.Classes
            : [.. parts.SelectMany(p => p.Pictures.Classes).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Dictionary<string, int> labels = Classes.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        _labels = [.. parts.Select(p => p.Pictures.Classes.Select(c => labels[c]).ToArray())];
    }

    public string Source { get; }

    public DataTask Task => DataTask.Retrieve;

    public DataRecipe? Recipe => _parts[0].Pictures.Recipe;

    public int Count => _parts.Sum(p => p.Pictures.Count);

    public IReadOnlyList<string> Classes { get; }

    public IReadOnlyList<string> Notes => [.. _parts.SelectMany(p => p.Pictures.Notes)];

    public int Label(int index)
    {
        (int part, int own) = At(index);
        return _labels[part][_parts[part].Pictures.Label(own)];
    }

    public string Name(int index)
    {
        (int part, int own) = At(index);
        return _parts[part].Folder + _parts[part].Pictures.Name(own);
    }

    public (int Width, int Height)? Size(int index)
    {
        (int part, int own) = At(index);
        return _parts[part].Pictures.Size(own);
    }

    public ImageSample Get(int index)
    {
        (int part, int own) = At(index);
        return new IdentitySample(_parts[part].Pictures.Get(own).Image, Label(index), Name(index), _parts[part].Role);
    }

    private (int Part, int Index) At(int index)
    {
        int part = 0;
        for (; part < _parts.Length - 1 && index >= _parts[part].Pictures.Count; part++)
        {
            index -= _parts[part].Pictures.Count;
        }

        return (part, index);
    }
}

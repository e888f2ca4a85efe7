namespace Fovea.Training.Data;

/// <summary>A sample of a shard, part by part as they come.</summary>
internal sealed class OpenSample
{
    /// <summary>The picture's path in the shard; null where there is none.</summary>
    public string? Picture { get; set; }

    /// <summary>Where the picture lies.</summary>
    public (long Offset, int Length) Place { get; set; }

    /// <summary>Its class as the shard has it; null for none.</summary>
    public string? Label { get; set; }

    /// <summary>Where its mask or its boxes lie; null for none.</summary>
    public (long Offset, int Length)? Part { get; set; }

    /// <summary>What its boxes are called.</summary>
    public IReadOnlyList<string> Classes { get; set; } = [];
}

/// <summary>Puts the parts that follow one another in a shard together to samples, and an index of those.</summary>
/// <param name="length">The shard's bytes.</param>
/// <param name="kind">What is looked for beside the pictures.</param>
internal sealed class ShardSamples(long length, ShardLabels kind)
{
    private readonly ShardIndexBuilder _index = new(kind);
    private OpenSample _current = new();
    private string? _stem;
    private int _unlabelled;
    private int _alone;

    /// <summary>The sample of a stem: the one before while the stem stays the same, else a new one.</summary>
    public OpenSample Of(string stem)
    {
        if (stem != _stem)
        {
            Finish();
            (_current, _stem) = (new OpenSample(), stem);
        }

        return _current;
    }

    /// <summary>The index of all.</summary>
    /// <param name="source">The shard's name for messages.</param>
    /// <param name="problem">Why it could not be read to its end; empty when it could.</param>
    public ShardIndex Build(string source, string problem)
    {
        Finish();
        problem = problem.Length > 0 ? problem
            : _unlabelled > 0 ? $"{source}: {_unlabelled} {(_unlabelled == 1 ? "picture has" : "pictures have")} no label in a .cls or .json beside"
            : _alone > 0 ? $"{source}: {_alone} {(kind == ShardLabels.Masks ? _alone == 1 ? "mask has" : "masks have" : _alone == 1 ? "file of boxes has" : "files of boxes have")} no picture beside"
            : problem;
        return _index.Build(length, problem.Length <= ShardIndex.LongestText ? problem : problem[..ShardIndex.LongestText]);
    }

    private void Finish()
    {
        if (_current.Picture is not { } picture || !IsThere(_current.Place))
        {
            _alone += _current.Part is null ? 0 : 1;
        }
        else if (kind != ShardLabels.Classes)
        {
            _index.Add(picture, _current.Place.Offset, _current.Place.Length, _current.Part is { } part && IsThere(part) ? part : null);
            foreach (string name in _current.Classes)
            {
                _index.AddClass(name);
            }
        }
        else if (_current.Label is { } label)
        {
            _index.Add(picture, _current.Place.Offset, _current.Place.Length, label);
        }
        else
        {
            _unlabelled++;
        }
    }

    private bool IsThere((long Offset, int Length) place) => place.Offset <= length - place.Length;
}

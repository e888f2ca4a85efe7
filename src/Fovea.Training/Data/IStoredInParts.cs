namespace Fovea.Training.Data;

/// <summary>Data whose pictures lie in files of many, one after the other: those of a file are best read together.</summary>
internal interface IStoredInParts
{
    /// <summary>The file that a picture lies in, counted from 0; no smaller for a later picture. Null where the data are not stored so.</summary>
    /// <param name="index">The picture.</param>
    int? PartOf(int index);

    /// <summary>The name of a picture's file, as messages print it.</summary>
    /// <param name="index">The picture, which lies in such a file.</param>
    string PartName(int index);

    /// <summary>Whether the files are another machine's, each fetched when it is needed.</summary>
    bool IsFetched { get; }

    /// <summary>Whether data are stored so.</summary>
    static bool Holds(IImageDataset dataset) => dataset is IStoredInParts parts && dataset.Count > 0 && parts.PartOf(0) is not null;
}

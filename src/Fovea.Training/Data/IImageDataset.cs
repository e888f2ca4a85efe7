namespace Fovea.Training.Data;

/// <summary>A numbered set of labelled pictures. Every member may be called from many threads at once.</summary>
public interface IImageDataset
{
    /// <summary>Where the pictures come from, as messages print it: a path, or a description.</summary>
    string Source { get; }

    /// <summary>What the labels are: a class for each picture (the default), a mask, or boxes.</summary>
    DataTask Task => DataTask.Classify;

    /// <summary>What the data are known to be learnt well with; null (the default) for nothing in particular.</summary>
    DataRecipe? Recipe => null;

    /// <summary>How many pictures there are.</summary>
    int Count { get; }

    /// <summary>The names of the classes; a label is an index into them.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>What was left out of the data, or taken to mean something that is not certain, in sentences; empty (the default) when nothing was.</summary>
    IReadOnlyList<string> Notes => [];

    /// <summary>The label of a picture, known without decoding it; 0 where the labels are in masks.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    int Label(int index);

    /// <summary>The name of a picture, known without decoding it: its path within the data, the same in every run and no other's in the set.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    string Name(int index);

    /// <summary>The size that <see cref="Get"/> gives a picture, known without decoding it; null (the default) where only decoding tells.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <exception cref="DataException">The picture's file cannot be read; the message names it and the reason.</exception>
    (int Width, int Height)? Size(int index) => null;

    /// <summary>Reads and decodes a picture. The same index always gives the same pixels.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <exception cref="DataException">The picture cannot be read; the message names it and the reason.</exception>
    ImageSample Get(int index);
}

namespace Fovea.Training.Data;

/// <summary>
/// The data that a run was given cannot be used: a file that is not readable, an archive that breaks its format, classes that do not
/// match. The only exception that datasets, the check and the loader throw for bad input, whatever its bytes are.
/// </summary>
public sealed class DataException : DataFormatException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">The file, what was expected, what came, and what to do.</param>
    /// <param name="inner">The cause, when there is one.</param>
    public DataException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>
    /// Whether one picture or its label is at fault by its own bytes, which are the same wherever and whenever they are read, and not the disk, the network or the data as a whole (default
    /// false). Such a picture can be passed over (<see cref="DamagedPictures"/>).
    /// </summary>
    public bool IsDamage { get; init; }
}

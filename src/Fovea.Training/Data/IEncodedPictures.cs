namespace Fovea.Training.Data;

/// <summary>Data that have the encoded files of their pictures.</summary>
internal interface IEncodedPictures
{
    /// <summary>The bytes of a picture's file and the ending of its name, with the dot; null where it is no file of its own, such as a page of one.</summary>
    /// <param name="index">The picture.</param>
    /// <exception cref="DataException">The file cannot be read.</exception>
    (byte[] Bytes, string Ending)? Encoded(int index);
}

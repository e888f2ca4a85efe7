using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>A picture before its label is known.</summary>
/// <param name="Image">The decoded picture.</param>
/// <param name="Name">Its name in the data.</param>
/// <param name="IsDeep">Whether its file has more than 8 bits a sample.</param>
/// <param name="Turn">The turn that its file asks for, and it was turned by, where a label might not be turned with it.</param>
internal readonly record struct ShardPicture(Image Image, string Name, bool IsDeep, ExifOrientation Turn);

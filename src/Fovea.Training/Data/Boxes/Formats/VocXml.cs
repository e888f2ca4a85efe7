using System.Globalization;
using System.Xml;

namespace Fovea.Training.Data;

/// <summary>
/// Reads an annotation in Pascal VOC's XML: <c>annotation/size</c>, and for each <c>annotation/object</c> its name, whether it is difficult, and its
/// <c>bndbox</c>. Document types and entities are refused, and what is read is bounded.
/// </summary>
internal static class VocXml
{
    /// <summary>The most bytes that an annotation of one picture may have.</summary>
    public const int MostBytes = 16 << 20;

    private const int Deepest = 32;

    /// <summary>Reads an annotation.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="isInclusive">
    /// Whether corners are numbers of pixels from 1 on, the last one inside, as the challenge's own files have them: then 1 is taken off the left and the
    /// upper edge. Else they are edges from 0 on.
    /// </param>
    /// <exception cref="DataException">It is no such file.</exception>
    public static BoxAnnotation Read(byte[] bytes, string source, bool isInclusive)
    {
        if (bytes.Length > MostBytes)
        {
            throw new DataException($"{source}: expected an annotation of one picture, of {MostBytes:N0} bytes at most, got {bytes.Length:N0}.");
        }

        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MostBytes,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            IgnoreWhitespace = true,
        };
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(bytes, writable: false), settings);
            return new Walk(source, isInclusive).Read(reader);
        }
        catch (XmlException e)
        {
            throw new DataException($"{source}: no annotation in XML: {e.Message}", e);
        }
    }

    private sealed class Walk(string source, bool isInclusive)
    {
        private readonly List<string> _path = [];
        private readonly List<WrittenBox> _boxes = [];
        private readonly double?[] _corners = new double?[4];
        private string? _name;
        private bool _isIgnored;
        private double _width;
        private double _height;

        public BoxAnnotation Read(XmlReader reader)
        {
            bool isAnnotation = false;
            while (reader.Read())
            {
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element:
                        isAnnotation |= reader.Depth == 0 && reader.Name == "annotation";
                        if (_path.Count == Deepest)
                        {
                            throw new DataException($"{source}: elements lie deeper than {Deepest} levels; an annotation has 4.");
                        }

                        if (!reader.IsEmptyElement)
                        {
                            _path.Add(reader.Name);
                        }

                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA:
                        Take(reader.Value.Trim());
                        break;
                    case XmlNodeType.EndElement:
                        if (_path is [_, "object"])
                        {
                            Finish();
                        }

                        _path.RemoveAt(_path.Count - 1);
                        break;
                }
            }

            return !isAnnotation ? throw new DataException($"{source}: expected <annotation> with <object> elements in it, got another kind of XML.")
                : new BoxAnnotation(source, _boxes) { Size = _width >= 1 && _height >= 1 ? ((int)_width, (int)_height) : null };
        }

        // Parts of an object (a person's head) have names and boxes of their own, one level deeper: they are none of its.
        private void Take(string text)
        {
            switch (_path)
            {
                case [_, "size", "width"]:
                    _width = Number(text);
                    break;
                case [_, "size", "height"]:
                    _height = Number(text);
                    break;
                case [_, "object", "name"]:
                    _name = TextLines.ClassName(text);
                    break;
                case [_, "object", "difficult"]:
                    _isIgnored = text is not ("0" or "false" or "False" or "");
                    break;
                case [_, "object", "bndbox", var corner]:
                    int at = corner switch { "xmin" => 0, "ymin" => 1, "xmax" => 2, "ymax" => 3, _ => -1 };
                    if (at >= 0)
                    {
                        _corners[at] = Number(text) - (isInclusive && at < 2 ? 1 : 0);
                    }

                    break;
            }
        }

        private void Finish()
        {
            if (_name is not { Length: > 0 } name || _corners is not [{ } x0, { } y0, { } x1, { } y1])
            {
                throw new DataException($"{source}: expected a name and a bndbox of xmin, ymin, xmax and ymax in each object, and object {_boxes.Count + 1} lacks one.");
            }

            _boxes.Add(new WrittenBox(name, x0, y0, x1, y1, _isIgnored));
            (_name, _isIgnored) = (null, false);
            _corners.AsSpan().Clear();
        }

        private double Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw new DataException($"{source}: expected a number in {string.Join('/', _path)}, got \"{(text.Length > 40 ? text[..40] : text)}\".");
    }
}
